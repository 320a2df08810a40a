// What the gate itself writes: text for a link, the submit_sm that carries it, the end of another's message.
#pragma once

#include <string_view>

#include "smpp/message.h"
#include "smpp/text.h"

namespace smpp {

struct encoded_text {
  std::uint8_t data_coding = 0;  // 0, the default alphabet of the link, or 8, UCS-2
  buffer octets;
  bool one_segment = false;  // one SMS carries it: 160 septets or 70 units of UCS-2 (GSM 03.40)
};

// `text` is UTF-8. The default alphabet when it has every character, and GSM 7-bit too, for that is what becomes of it
// on the air; UCS-2 otherwise, with surrogate pairs beyond U+FFFF.
encoded_text encode(std::string_view text, default_alphabet zero);

// A submit_sm (4.4.1) without receipts, its sequence_number 0. `text` has at most 254 octets.
buffer make_submit_sm(const address& source_addr, const address& destination_addr, const encoded_text& text);

// A cancel_sm (4.9.1), its sequence_number 0. With a message_id the destination may be empty; without one it ends all
// that waits from this address to that.
buffer make_cancel_sm(std::string_view message_id, const address& source_addr, const address& destination_addr);

}  // namespace smpp
