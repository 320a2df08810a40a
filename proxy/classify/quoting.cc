#include "proxy/classify/quoting.h"

namespace proxy {
namespace {

std::u32string_view trimmed(std::u32string_view line) {
  const std::size_t first = line.find_first_not_of(U" \t\r\n");
  if (first == std::u32string_view::npos) return {};
  return line.substr(first, line.find_last_not_of(U" \t\r\n") - first + 1);
}

bool is_ruler(std::u32string_view line) {
  if (line.size() < 2) return false;
  return line.starts_with(U"-----") || line.starts_with(U"_____") ||
         line.find_first_not_of(U"-_=\x2014\x2013") == std::u32string_view::npos;
}

}  // namespace

std::u32string without_quotes(std::u32string_view text) {
  if (text.find(U'\n') == std::u32string_view::npos && text.find(U'\r') == std::u32string_view::npos)
    return std::u32string(text);
  std::u32string out;
  std::u32string_view pending;  // a line that may introduce a quotation
  bool begun = false;
  while (!text.empty()) {
    const std::size_t end = text.find_first_of(U"\r\n");
    const std::u32string_view line = text.substr(0, end);
    text.remove_prefix(end == std::u32string_view::npos ? text.size() : end + 1);
    const std::u32string_view words = trimmed(line);
    if (words.empty()) continue;
    if (begun && is_ruler(words)) break;
    if (words.front() == U'>') {
      if (begun) pending = {};
      if (begun) continue;
    }
    out += pending;
    pending = {};
    if (begun && words.back() == U':') {
      pending = line;
      continue;
    }
    if (!out.empty()) out.push_back(U'\n');
    out += line;
    begun = true;
  }
  if (!pending.empty()) {
    out.push_back(U'\n');
    out += pending;
  }
  return out;
}

}  // namespace proxy
