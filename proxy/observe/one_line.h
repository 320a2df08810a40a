// Text that a terminal may show.
#pragma once

#include <string>
#include <string_view>

namespace proxy {

// `json` as it came from a serializer, which leaves DEL and the control characters of Latin-1 (U+0080 to U+009F, among
// them the terminals' CSI) as they are: those escaped, too.
std::string without_controls(std::string json);

// One of the control characters of Latin-1 begins there, in UTF-8: two octets.
bool is_high_control(std::string_view text, std::size_t at);

}  // namespace proxy
