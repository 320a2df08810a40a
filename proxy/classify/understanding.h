// What the words of a text say, taken together.
#pragma once

#include "proxy/classify/lexicon.h"

namespace proxy {

classification understand(const lexicon& known, const units& text);

}  // namespace proxy
