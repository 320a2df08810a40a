// What an operator does to the ledger besides entering what people said: recalls a source, reassigns a number, corrects
// an event, erases a person. Each is checked here and made into an event; recording it is the caller's.
#pragma once

#include <string>
#include <variant>

#include "proxy/policy/policy.h"
#include "store/consent_store.h"

namespace proxy {

// Why not, for people, with the status that HTTP has for it.
struct refused_act {
  unsigned status = 422;
  std::string message;
};

template <typename T>
using act = std::variant<T, refused_act>;

// What it takes to say why: 1 to 1000 octets of UTF-8, and no telephone number, since reasons stay when a person is
// erased. `about` is the number of whom it is about, or zero: of it the last digits are enough.
act<std::string> checked_reason(const std::string& reason, store::number about);

act<store::event> recall_of(const store::consent_store& store, const std::string& source, const std::string& reason,
                            const std::string& actor, store::instant now);

// `occurred_at` may be empty (now) or a date alone (its end).
struct reassignment {
  std::string number, occurred_at, source, reason;
};
act<store::event> reassignment_of(const reassignment& r, const store::numbering_plan& plan, const std::string& actor,
                                  store::instant now);

// An event by its sequence or its id. 404 when there is none.
act<store::event> event_named(const store::consent_store& store, const std::string& reference);
// What people said by SMS is no operator's mistake, and what has been corrected or erased cannot be taken back.
act<store::event> correction_of(const store::event& target, const std::string& reason, const std::string& actor,
                                store::instant now);

struct erasure {
  store::number who;
  store::event by;
};
act<erasure> erasure_of(const std::string& number, const std::string& reason, const store::numbering_plan& plan,
                        const std::string& actor);

// From where both chains are verified: with the statement of a signed head, up to what was deposited at least.
struct verifications {
  store::verification ledger;
  store::access_verification access;
};
act<verifications> begin_verification(const std::string* statement);

// A time that is past, or the end of a day that has begun; otherwise what is wrong with it.
std::variant<store::instant, std::string> read_past(const std::string& text, store::instant now);

act<store::number> number_named(const std::string& text, const store::numbering_plan& plan);

}  // namespace proxy
