// The files of languages/, compiled in.
#pragma once

#include <span>
#include <string_view>

namespace proxy {

struct language_source {
  std::string_view language;  // ISO 639; "any" for what all share, which comes first
  std::string_view text;
};

std::span<const language_source> language_sources();

}  // namespace proxy
