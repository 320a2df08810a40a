#include "store/subjects.h"

#include <string>

#include "store/hexadecimal.h"
#include "store/telling_digits.h"

namespace store {

number subjects::of(number who) const {
  if (who.digits == 0 || who.is_hash() || !may_be_hashed()) return who;
  const auto keys = keys_.load();
  for (std::size_t place = 0; place < keys->count(); ++place) {
    if (const number hash = keys->hashed(who, place); known_.contains(hash)) return hash;
  }
  return always_hashed_ ? keys->hashed(who, 0) : who;
}

std::optional<finding> subjects::judge_hashed(number who, const question& q) const {
  if (who.is_hash()) return known_.judge(who, q);
  const auto keys = keys_.load();
  for (std::size_t place = 0; place < keys->count(); ++place) {
    if (auto f = known_.judge(keys->hashed(who, place), q)) return f;
  }
  return std::nullopt;
}

void depersonalise(event& e, number plain) {
  e.number_as_received.clear();
  if (tells(e.evidence, plain)) {
    if (e.evidence_sha256.empty()) e.evidence_sha256 = hexadecimal(sha256().add(e.evidence).finish());
    e.evidence.clear();
  }
  if (tells(e.wording, plain)) e.wording.clear();
}

}  // namespace store
