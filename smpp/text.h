// From the octets of a message to UTF-8, by data_coding (5.2.19, GSM 03.38) and the user data header (GSM
// 03.40, 9.2.3.24).
#pragma once

#include <optional>
#include <string>

#include "smpp/message.h"

namespace smpp {

// What data_coding 0, the SMSC's own default alphabet, means on a link.
enum class default_alphabet { gsm7, ascii, latin1 };

// Never fails: what cannot be decoded becomes U+FFFD. GSM 7-bit is one septet an octet (unpacked), with its extension
// table. Octets above 0x7F under data_coding 0 or a 7-bit alphabet are read as UTF-8 when the whole text is valid
// UTF-8, as Latin-1 otherwise. data_coding: 0 `zero`, 1 ASCII, 2 and 4 (octets) as 0, 3 Latin-1, 5 Shift JIS, 6 ISO
// 8859-5, 7 ISO 8859-8, 8 UCS-2, 0x0A ISO 2022-JP, 0x0D EUC-JP, 0x0E KS C 5601, and the coding groups 0x10-0x7F,
// 0xC0-0xEF and 0xF0-0xFF of GSM 03.38 section 4 (their 8-bit data as 0); any other is read as 0. UCS-2 is big endian
// unless a byte order mark says otherwise, read as UTF-16; an odd last octet is dropped, but an odd number of printable
// ASCII octets is ASCII.
std::string to_utf8(octets text, std::uint8_t data_coding, default_alphabet zero);

// Which part of a concatenated message this is.
struct concatenation {
  std::uint16_t reference = 0;
  std::uint8_t total = 1;    // 1 to 255
  std::uint8_t segment = 1;  // 1 to total
};

struct user_text {
  octets text;  // after the user data header
  std::optional<concatenation>
      part;  // from the header (IEI 0x00, 0x08) or the sar_* parameters; nonsense counts as absent
};

// A header that claims more octets than there are is taken for text.
user_text split_user_data(const message& m);

}  // namespace smpp
