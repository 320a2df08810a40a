// Which event wins: the rules of consent as pure functions of what is known about one number.
//
// 1. Without a live opt-in there is no consent. 2. Events compare by occurred_at, when the person acted; ties go to the
// opt-out.
// 3. An opt-out ends every earlier opt-in in its scope, and only the person's own later reply (an opt-in made by the
// gate from a PDU) lifts it. 4. A late-arriving old opt-in is ineffective. 6. A lift for one sender lifts for that
// sender only. 8. Opt-ins expire, opt-outs do not; an expired lift revives nothing; a recall voids a source's opt-ins
// that occurred up to it, except those the person confirmed by SMS since. 9. A reassigned number loses its opt-ins and
// keeps its opt-outs; so does one whose person was erased.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "store/event.h"

namespace store {

// Scopes and sources are interned; scope 0 is `all`, source 0 is the empty name.
using scope_id = std::uint32_t;
using source_id = std::uint32_t;
inline constexpr scope_id scope_all = 0;

// What one event means for a verdict.
struct fact {
  instant occurred_at{};
  std::optional<instant> expires_at;  // opt-ins only
  std::uint64_t sequence = 0;         // of the event in the ledger; 0 while it is not on disk yet
  scope_id scope = scope_all;
  source_id source = 0;
  bool opt_out = false;
  bool by_reply = false;  // an opt-in the person sent by SMS: it lifts, and a recall does not touch it
  // The number went to another person, or the person was erased: opt-ins up to then are void; the scope is all.
  bool reassigned = false;

  bool operator==(const fact&) const = default;
};

// True when `b` can change no verdict beside `a`: a later opt-out in the same scope, a later reply in the same scope
// with the same expiry, or a later opt-in that the same source gave for the same scope with the same expiry. Of two at
// the same instant the one recorded first stays; one that is not on disk yet (sequence 0) gives way.
bool supersedes(const fact& a, const fact& b);

// Adds a fact to what is known of a number, and drops what is superseded. The result is the same for any order and any
// repetition of the same facts. Returns whether anything changed.
bool merge(std::vector<fact>& known, const fact& f);

// source → the instant up to which its opt-ins are void. Small: looked at linearly or by index.
class recalls {
 public:
  void add(source_id source, instant up_to, std::uint64_t sequence);
  struct recall {
    instant up_to{};
    std::uint64_t sequence = 0;
  };
  const recall* find(source_id source) const {
    return source < by_source_.size() && by_source_[source] ? &*by_source_[source] : nullptr;
  }

 private:
  std::vector<std::optional<recall>> by_source_;
};

enum class consent_rule { opt_in, opt_out };  // opt_in: a live opt-in is needed; opt_out: blocked only if opted out

struct question {
  scope_id sender = scope_all;
  scope_id group = scope_all;
  consent_rule rule = consent_rule::opt_in;
  instant now{};
  std::chrono::months life{0};  // of an opt-in without an expiry of its own, from when the person acted; 0: no end
};

// When the opt-in ends: its own expiry, or its life after the person acted, or never. 36 months after 29 February is 28
// February.
std::optional<instant> end_of(instant occurred_at, const std::optional<instant>& expires_at, std::chrono::months life);

// In the order in which they are given as the reason.
enum class standing { opted_out, source_recalled, consent_expired, no_consent, allowed };

struct finding {
  standing result = standing::no_consent;
  // The event it rests on. 0 when there is none (allowed under opt_out, or no_consent, unless a reassignment took it).
  std::uint64_t sequence = 0;
};

// What is superseded counts for nothing, so that facts give the same verdict merged or not. The event a source_recalled
// rests on is the recall.
finding judge(std::span<const fact> known, const recalls& recalled, const question& q);

// Whether an opt-out in exactly this scope is in force: no later reply of the person lifted it there.
bool opted_out_in(std::span<const fact> known, scope_id scope);

// What an opt-in that is recorded now amounts to, whatever other opt-ins there are: allowed; opted_out, when an opt-out
// beats it; no_consent, when the number went to another person since; source_recalled; or consent_expired.
standing judge_arrival(std::span<const fact> known, const recalls& recalled, const fact& opt_in, const question& q);

}  // namespace store
