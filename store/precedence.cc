#include "store/precedence.h"

#include <algorithm>
#include <limits>
#include <tuple>

namespace store {
namespace {

// A sequence for comparing: what is not on disk yet comes last.
std::uint64_t rank(const fact& f) {
  return f.sequence == 0 ? std::numeric_limits<std::uint64_t>::max() : f.sequence;
}

// Which of two facts speaks for both: the later one; of two at the same instant, the one recorded first.
bool outranks(const fact& a, const fact& b) {
  if (a.occurred_at != b.occurred_at) return a.occurred_at > b.occurred_at;
  return std::make_tuple(rank(a), a.source, a.expires_at, a.by_reply) <
         std::make_tuple(rank(b), b.source, b.expires_at, b.by_reply);
}

bool same_kind(const fact& a, const fact& b) {
  if (a.scope != b.scope || a.opt_out != b.opt_out || a.reassigned != b.reassigned) return false;
  if (a.opt_out || a.reassigned) return true;
  return a.by_reply == b.by_reply && a.expires_at == b.expires_at && (a.by_reply || a.source == b.source);
}

bool comes_before(const fact& a, const fact& b) {
  const auto key = [](const fact& f) {
    return std::make_tuple(f.scope, !f.opt_out, !f.reassigned, !f.by_reply, f.source, f.expires_at, f.occurred_at,
                           f.sequence);
  };
  return key(a) < key(b);
}

bool is_superseded(const fact& f, std::span<const fact> known) {
  return std::any_of(known.begin(), known.end(),
                     [&](const fact& other) { return &other != &f && supersedes(other, f); });
}

const fact* higher(const fact* best, const fact& candidate) {
  return best == nullptr || outranks(candidate, *best) ? &candidate : best;
}

bool counts(const fact& f, const question& q) {
  return f.scope == scope_all || f.scope == q.group || f.scope == q.sender;
}

// The latest opt-out, reply that opts in, and reassignment, among what counts.
struct acts {
  const fact* opt_out = nullptr;
  const fact* reply = nullptr;
  const fact* reassigned = nullptr;
};

acts latest_acts(std::span<const fact> known, const question& q) {
  acts found;
  for (const fact& f : known) {
    if (!counts(f, q)) continue;
    if (f.opt_out)
      found.opt_out = higher(found.opt_out, f);
    else if (f.reassigned)
      found.reassigned = higher(found.reassigned, f);
    else if (f.by_reply)
      found.reply = higher(found.reply, f);
  }
  return found;
}

const recalls::recall* recall_of(const fact& opt_in, const acts& latest, const recalls& recalled) {
  if (opt_in.by_reply) return nullptr;
  if (latest.reply != nullptr && latest.reply->occurred_at >= opt_in.occurred_at) return nullptr;
  const recalls::recall* r = recalled.find(opt_in.source);
  return r != nullptr && r->up_to >= opt_in.occurred_at ? r : nullptr;
}

// The calendar is asked only near the end: no month has less than 28 days.
bool is_over(const fact& opt_in, const question& q) {
  if (!opt_in.expires_at) {
    if (q.life.count() == 0 || q.now - opt_in.occurred_at < std::chrono::days{28} * q.life.count()) return false;
  }
  const std::optional<instant> end = end_of(opt_in.occurred_at, opt_in.expires_at, q.life);
  return end && *end <= q.now;
}

finding judge_opt_ins(std::span<const fact> known, const acts& latest, const recalls& recalled, const question& q) {
  const fact* live = nullptr;
  const fact* expired = nullptr;
  const recalls::recall* recall = nullptr;
  std::uint64_t taken_by = 0;
  for (const fact& f : known) {
    if (f.opt_out || f.reassigned || !counts(f, q)) continue;
    if (latest.opt_out != nullptr && f.occurred_at <= latest.opt_out->occurred_at) continue;
    if (latest.reassigned != nullptr && f.occurred_at <= latest.reassigned->occurred_at) {
      taken_by = latest.reassigned->sequence;
      continue;
    }
    if (is_superseded(f, known)) continue;
    if (const auto* r = recall_of(f, latest, recalled)) {
      if (recall == nullptr || r->up_to > recall->up_to) recall = r;
    } else if (is_over(f, q)) {
      expired = higher(expired, f);
    } else if (f.occurred_at <= q.now || f.by_reply) {
      // A reply counts at once, also when the clock has stepped back since the act it follows.
      live = higher(live, f);
    }
  }
  if (live != nullptr) return {standing::allowed, live->sequence};
  if (recall != nullptr) return {standing::source_recalled, recall->sequence};
  if (expired != nullptr) return {standing::consent_expired, expired->sequence};
  return {standing::no_consent, taken_by};
}

}  // namespace

std::optional<instant> end_of(instant occurred_at, const std::optional<instant>& expires_at, std::chrono::months life) {
  if (expires_at || life.count() == 0) return expires_at;
  const auto midnight = std::chrono::floor<std::chrono::days>(occurred_at);
  const auto date = std::chrono::year_month_day{midnight} + life;
  const auto last = std::chrono::year_month_day{date.year() / date.month() / std::chrono::last};
  return std::chrono::sys_days{date.ok() ? date : last} + (occurred_at - midnight);
}

bool supersedes(const fact& a, const fact& b) {
  return same_kind(a, b) && outranks(a, b);
}

bool merge(std::vector<fact>& known, const fact& f) {
  for (const fact& k : known)
    if (k == f || supersedes(k, f)) return false;
  std::erase_if(known, [&](const fact& k) { return supersedes(f, k); });
  known.insert(std::upper_bound(known.begin(), known.end(), f, comes_before), f);
  return true;
}

void recalls::add(source_id source, instant up_to, std::uint64_t sequence) {
  if (source >= by_source_.size()) by_source_.resize(source + std::size_t{1});
  std::optional<recall>& known = by_source_[source];
  if (!known || up_to > known->up_to) {
    known = recall{up_to, sequence};
  } else if (up_to == known->up_to && sequence != 0) {
    known->sequence = known->sequence == 0 ? sequence : std::min(known->sequence, sequence);
  }
}

finding judge(std::span<const fact> known, const recalls& recalled, const question& q) {
  const acts latest = latest_acts(known, q);
  if (latest.opt_out != nullptr) {
    const bool lifted = latest.reply != nullptr && latest.reply->occurred_at > latest.opt_out->occurred_at;
    if (!lifted) return {standing::opted_out, latest.opt_out->sequence};
  }
  if (q.rule == consent_rule::opt_out) return {standing::allowed, 0};
  return judge_opt_ins(known, latest, recalled, q);
}

bool opted_out_in(std::span<const fact> known, scope_id scope) {
  std::optional<instant> out, back;
  for (const fact& f : known) {
    if (f.scope != scope) continue;
    if (f.opt_out) out = std::max(out.value_or(f.occurred_at), f.occurred_at);
    if (f.by_reply) back = std::max(back.value_or(f.occurred_at), f.occurred_at);
  }
  return out && !(back && *back > *out);
}

standing judge_arrival(std::span<const fact> known, const recalls& recalled, const fact& opt_in, const question& q) {
  const acts latest = latest_acts(known, q);
  if (latest.opt_out != nullptr) {
    const bool lifted = latest.reply != nullptr && latest.reply->occurred_at > latest.opt_out->occurred_at;
    if (!lifted || opt_in.occurred_at <= latest.opt_out->occurred_at) return standing::opted_out;
  }
  if (latest.reassigned != nullptr && opt_in.occurred_at <= latest.reassigned->occurred_at) return standing::no_consent;
  if (recall_of(opt_in, latest, recalled) != nullptr) return standing::source_recalled;
  return is_over(opt_in, q) ? standing::consent_expired : standing::allowed;
}

}  // namespace store
