// Texts whose spaces are not where they belong: "st op", "STOPmerci".
#pragma once

#include <string>
#include <vector>

#include "proxy/classify/lexicon.h"

namespace proxy {

// What a short text may be meant as when spaces tore its words apart: all words as one ("st op"), or the first two
// ("d sinscription svp").
std::vector<std::u32string> joined(const units& text);

// What it may be meant as when spaces were left out, empty if nothing: words that nobody knows are known ones in a row.
std::u32string apart(const lexicon& known, const units& text);

}  // namespace proxy
