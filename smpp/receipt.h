// Delivery receipts: what the SMSC says became of a message, in optional parameters (5.3.2.31, 5.3.2.35) or as a text
// ("id:... stat:UNDELIV err:082 text:...", Appendix B).
#pragma once

#include <optional>

#include "smpp/message.h"

namespace smpp {

// 5.2.28
enum class message_state : std::uint8_t {
  ENROUTE = 1,
  DELIVERED = 2,
  EXPIRED = 3,
  DELETED = 4,
  UNDELIVERABLE = 5,
  ACCEPTED = 6,
  UNKNOWN = 7,
  REJECTED = 8,
};

struct receipt {
  std::optional<message_state> state;               // the parameter's, otherwise the text's
  std::string_view err;                             // of the text, as it stands there; empty when there is none
  std::optional<std::uint16_t> network_error_code;  // without the type of network
};

// A receipt by its esm_class, or one that hides its class and has the parameters of one.
bool is_receipt(const message& deliver_sm);
receipt read_receipt(const message& deliver_sm);

// Whether both are the same code: letters of either case, leading zeros or none.
bool same_error(std::string_view a, std::string_view b);

}  // namespace smpp
