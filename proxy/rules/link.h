// Links as they stand in short messages.
#pragma once

#include <cstddef>
#include <string_view>

namespace proxy {

// How many octets the link is long that begins here; 0: none does. A link has http:// or https:// before it, or is
// www. and a name, or a domain with a path, or an e-mail address, or a domain whose last label is a country's or
// common: a sentence that ends without a space behind it ("promo.STOP 36111") is none.
std::size_t link_at(std::string_view text, std::size_t at);

}  // namespace proxy
