// Texts as keywords compare: case, accents, width, invisible characters and punctuation do not count.
#pragma once

#include <string>
#include <string_view>

namespace proxy {

// UTF-8 in, UTF-8 out: compatibility decomposition, full case folding (dotted and dotless i are one), no combining
// marks of Latin, Greek, Cyrillic, Hebrew or Arabic, no invisible characters; letters and digits stay, an apostrophe
// disappears, every run of anything else becomes one space, and none stands at either end. Octets that are not UTF-8
// separate words.
std::string fold(std::string_view text);

}  // namespace proxy
