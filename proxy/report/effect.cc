#include "proxy/report/effect.h"

#include <map>

#include "store/precedence.h"

namespace proxy {
namespace {

using store::event;
using store::event_kind;

bool is_reply(const event& e) {
  return e.kind == event_kind::opt_in && store::made_by_gate(e.method);
}

class history_reader {
 public:
  history_reader(std::span<const event> history, std::span<const event> recalled, const group_of_sender& group_of,
                 const life_of_scope& life_of, store::instant now)
      : group_of_(group_of), life_of_(life_of), now_(now) {
    for (const auto& events : {history, recalled}) {
      for (const event& e : events) {
        if (e.corrects) corrections_.emplace(*e.corrects, &e);
      }
      for (const event& e : events) {
        if (!corrections_.contains(e.id)) counting_.push_back(&e);
      }
    }
  }

  effect of(const event& e) const {
    if (const auto c = corrections_.find(e.id); c != corrections_.end())
      return {effect::kind::corrected, c->second->sequence, c->second->occurred_at};
    if (e.kind == event_kind::opt_in) return of_opt_in(e);
    if (e.kind == event_kind::opt_out) {
      const event* lift = lift_of(e, e.scope);
      return lift == nullptr ? effect{effect::kind::effective} : by(effect::kind::lifted, *lift);
    }
    return {};
  }

 private:
  static effect by(effect::kind what, const event& e) { return {what, e.sequence, e.occurred_at}; }

  // The earliest reply that takes the opt-out back for everything in `s`.
  const event* lift_of(const event& opt_out, const store::scope& s) const {
    const event* lift = nullptr;
    for (const event* e : counting_) {
      if (!is_reply(*e) || e->occurred_at <= opt_out.occurred_at || !covers(e->scope, s, group_of_)) continue;
      if (lift == nullptr || e->occurred_at < lift->occurred_at) lift = e;
    }
    return lift;
  }

  bool beats(const event& opt_out, const event& opt_in) const {
    if (!covers(opt_out.scope, opt_in.scope, group_of_)) return false;
    if (opt_out.occurred_at >= opt_in.occurred_at) return true;
    return !is_reply(opt_in) && lift_of(opt_out, opt_in.scope) == nullptr;
  }

  effect of_opt_in(const event& e) const {
    const event* known_before = nullptr;
    const event* ended_by = nullptr;
    for (const event* o : counting_) {
      if (o->kind != event_kind::opt_out || !beats(*o, e)) continue;
      const event*& slot = o->sequence < e.sequence ? known_before : ended_by;
      if (slot == nullptr || o->occurred_at < slot->occurred_at) slot = o;
    }
    if (known_before != nullptr) return by(effect::kind::ineffective, *known_before);
    if (ended_by != nullptr) return by(effect::kind::ended, *ended_by);
    for (const event* r : counting_) {
      if (r->occurred_at < e.occurred_at) continue;
      if (r->kind == event_kind::reassigned) return by(effect::kind::reassigned, *r);
      if (r->kind == event_kind::erasure) return by(effect::kind::erased, *r);
    }
    if (const event* r = recall_of(e)) return by(effect::kind::recalled, *r);
    const auto end = store::end_of(e.occurred_at, e.expires_at, life_of_(e.scope));
    if (end && *end <= now_) return {effect::kind::expired, 0, *end};
    return {effect::kind::effective};
  }

  // A reply of the person since then confirms what the source brought.
  const event* recall_of(const event& opt_in) const {
    if (is_reply(opt_in)) return nullptr;
    const event* recall = nullptr;
    for (const event* e : counting_) {
      if (is_reply(*e) && e->occurred_at >= opt_in.occurred_at && covers(e->scope, opt_in.scope, group_of_))
        return nullptr;
      if (e->kind == event_kind::recall && e->source == opt_in.source && e->occurred_at >= opt_in.occurred_at)
        recall = recall == nullptr ? e : recall;
    }
    return recall;
  }

  const group_of_sender& group_of_;
  const life_of_scope& life_of_;
  store::instant now_;
  std::map<store::event_id, const event*> corrections_;  // by what they correct
  std::vector<const event*> counting_;                   // without what was corrected
};

}  // namespace

std::vector<effect> effects_of(std::span<const store::event> history, std::span<const store::event> recalled,
                               const group_of_sender& group_of, const life_of_scope& life_of, store::instant now) {
  const history_reader reader(history, recalled, group_of, life_of, now);
  std::vector<effect> all;
  all.reserve(history.size());
  for (const event& e : history)
    all.push_back(reader.of(e));
  return all;
}

}  // namespace proxy
