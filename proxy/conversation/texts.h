// Which text a person gets.
#pragma once

#include <string_view>

#include "proxy/config/config.h"

namespace proxy {

extern const char* const confirmations_tsv;

// The texts of confirmations.tsv.
const spoken_texts& shipped_confirmations();

// The one in this language, or else the first. `texts` is not empty.
const spoken_text& text_for(const spoken_texts& texts, std::string_view language);

}  // namespace proxy
