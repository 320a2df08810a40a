// Which classes of words play which part in a text.
#pragma once

#include <algorithm>
#include <array>

#include "proxy/classify/lexicon.h"

namespace proxy {

constexpr std::size_t class_of(std::string_view name) {
  return static_cast<std::size_t>(std::ranges::find(word_classes, name) - word_classes.begin());
}

// What may stand beside a keyword without changing what it says.
inline constexpr std::array fillers{class_of("polite"), class_of("filler"), class_of("message"), class_of("me")};
// What else a text speaks of when a keyword among it is meant.
inline constexpr std::array subjects{class_of("message"), class_of("fed"),  class_of("law"),
                                     class_of("email"),   class_of("list"), class_of("data")};
// What an opt-in never says.
inline constexpr std::array refusals{class_of("stop"), class_of("unsub"), class_of("cancel"), class_of("remove"),
                                     class_of("not"),  class_of("wrong"), class_of("fed"),    class_of("law")};

inline bool is_words(const hit& h) {
  return h.kind == static_cast<std::uint16_t>(line_kind::words);
}

template <std::size_t N>
bool among(const std::array<std::size_t, N>& classes, const hit& h) {
  return is_words(h) && std::ranges::find(classes, h.word_class) != classes.end();
}

}  // namespace proxy
