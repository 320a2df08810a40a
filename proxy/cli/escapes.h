// Texts that travel inside other texts.
#pragma once

#include <string>
#include <string_view>

namespace proxy {

// `\n`, `\r` and `\\` stand for what a line cannot hold; any other backslash stands for itself.
std::string unescape(std::string_view line);

// For a path segment or a query value (RFC 3986, section 2.1): all but unreserved characters becomes %XX.
std::string percent_encode(std::string_view text);

}  // namespace proxy
