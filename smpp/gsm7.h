// The alphabet of mobile phones: GSM 03.38, 6.2.1.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "smpp/pdu.h"

namespace smpp {

// One septet an octet, each below 0x80, with the extension table. 0x00 is "@"; an escape before a septet that is not in
// the extension table is passed over; an escape at the end, or before another, is a space.
std::string from_gsm7(octets septets);

// The same the other way; nothing when a character is in neither table.
std::optional<buffer> to_gsm7(std::u32string_view text);

}  // namespace smpp
