// A person's request for consent that waits for the person's own YES (double opt-in). It is no event and counts for
// nothing; it is kept on disk so that a restart loses no request, and gone once it is answered, too old, or its person
// is erased.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "store/event.h"

namespace store {

struct pending_opt_in {
  number who;          // handed over as the person's; as it is kept, perhaps a hash
  std::string sender;  // whom the request was sent to
  instant asked_at{};
  std::string wording;          // the question that was sent back
  std::string evidence;         // of the request, a JSON object
  std::string evidence_sha256;  // its digest, when it had to go because it tells the number
};

// The key and the value under which it is stored.
std::string key_of(number who, std::string_view sender);
std::string encode(const pending_opt_in& p);
std::optional<pending_opt_in> decode_pending_opt_in(std::string_view key, std::string_view octets);

}  // namespace store
