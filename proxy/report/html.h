// Text made safe inside an HTML page.
#pragma once

#include <string>
#include <string_view>

namespace proxy {

// What is put in was written by anybody: &, <, >, quotes become references; what is not UTF-8, controls, and characters
// that turn the direction of what follows become U+FFFD. Line ends stay.
std::string escaped(std::string_view text);

}  // namespace proxy
