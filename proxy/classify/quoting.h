// What of a reply the person did not write as part of it: the original quoted below, a signature behind dashes.
#pragma once

#include <string>
#include <string_view>

namespace proxy {

// Without lines that begin with '>', and without what follows a line of dashes or underscores. A line that ends with a
// colon and stands before quoted lines ("On Tue you wrote:") goes with them. The first line with text always stays.
std::u32string without_quotes(std::u32string_view text);

}  // namespace proxy
