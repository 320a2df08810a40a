#include "proxy/observe/one_line.h"

#include <cstdio>

namespace proxy {
namespace {

constexpr char lead = '\xC2';  // of U+0080 to U+00BF

void append_escaped(std::string& out, unsigned code) {
  char text[8];
  std::snprintf(text, sizeof text, "\\u%04x", code);
  out += text;
}

}  // namespace

bool is_high_control(std::string_view text, std::size_t at) {
  return text[at] == lead && at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) < 0xA0;
}

std::string without_controls(std::string json) {
  if (json.find_first_of("\x7F\xC2") == std::string::npos) return json;
  std::string out;
  for (std::size_t i = 0; i < json.size(); ++i) {
    if (json[i] == '\x7F') {
      append_escaped(out, 0x7F);
    } else if (is_high_control(json, i)) {
      append_escaped(out, static_cast<unsigned char>(json[++i]));
    } else {
      out += json[i];
    }
  }
  return out;
}

}  // namespace proxy
