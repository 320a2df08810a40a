#include "proxy/cli/escapes.h"

namespace proxy {

std::string unescape(std::string_view line) {
  std::string text;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char next = i + 1 < line.size() ? line[i + 1] : '\0';
    if (line[i] == '\\' && (next == 'n' || next == 'r' || next == '\\')) {
      text.push_back(next == 'n' ? '\n' : next == 'r' ? '\r' : '\\');
      ++i;
    } else {
      text.push_back(line[i]);
    }
  }
  return text;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (unreserved.find(c) != std::string_view::npos) {
      out.push_back(c);
    } else {
      out.append({'%', digits[octet >> 4U], digits[octet & 0xFU]});
    }
  }
  return out;
}

}  // namespace proxy
