// The keywords of keywords.tsv, compiled in.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "proxy/classify/classifier.h"

namespace proxy {

// The text of keywords.tsv.
extern const char* const keywords_tsv;

using keyword_table = std::unordered_map<std::string, classification>;  // by folded keyword

// Throws std::invalid_argument with the line when the text is not of the form that keywords.tsv describes, or when a
// keyword is given two meanings.
keyword_table read_keywords(std::string_view tsv);

}  // namespace proxy
