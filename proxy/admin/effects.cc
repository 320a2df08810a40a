#include "proxy/admin/effects.h"

#include <map>

#include "store/precedence.h"

namespace proxy {
namespace {

using store::event;
using store::event_kind;
using store::scope_kind;

class history_reader {
 public:
  history_reader(std::span<const event> history, std::span<const event> recalled, const sender_lookup& senders,
                 store::instant now)
      : senders_(senders), now_(now) {
    for (const auto& events : {history, recalled}) {
      for (const auto& e : events) {
        if (e.corrects) corrections_.emplace(*e.corrects, &e);
      }
    }
    for (const auto& e : history) {
      if (!corrections_.contains(e.id)) counting_.push_back(&e);
    }
    for (const auto& e : recalled) {
      if (!corrections_.contains(e.id) && e.kind == event_kind::recall) recalls_.push_back(&e);
    }
  }

  std::string effect_of(const event& e) const {
    if (const auto c = corrections_.find(e.id); c != corrections_.end()) return "corrected by " + reference(*c->second);
    if (e.kind == event_kind::opt_in) return effect_of_opt_in(e);
    if (e.kind == event_kind::opt_out) return effect_of_opt_out(e);
    return "effective";
  }

 private:
  static std::string reference(const event& e) {
    return std::to_string(e.sequence) + " of " + store::to_string(e.occurred_at);
  }

  bool covers(const store::scope& wide, const store::scope& narrow) const {
    if (wide.kind == scope_kind::all || wide == narrow) return true;
    return wide.kind == scope_kind::group && narrow.kind == scope_kind::sender &&
           senders_.group_of(narrow.name) == wide.name;
  }

  static bool is_reply(const event& e) { return e.kind == event_kind::opt_in && store::made_by_gate(e.method); }

  // The earliest reply that takes the opt-out back for everything in `s`.
  const event* lift_of(const event& opt_out, const store::scope& s) const {
    const event* lift = nullptr;
    for (const event* e : counting_) {
      if (!is_reply(*e) || e->occurred_at <= opt_out.occurred_at || !covers(e->scope, s)) continue;
      if (lift == nullptr || e->occurred_at < lift->occurred_at) lift = e;
    }
    return lift;
  }

  bool beats(const event& opt_out, const event& opt_in) const {
    if (!covers(opt_out.scope, opt_in.scope)) return false;
    if (opt_out.occurred_at >= opt_in.occurred_at) return true;
    return !is_reply(opt_in) && lift_of(opt_out, opt_in.scope) == nullptr;
  }

  std::string effect_of_opt_in(const event& e) const {
    const event* known_before = nullptr;
    const event* ended_by = nullptr;
    for (const event* o : counting_) {
      if (o->kind != event_kind::opt_out || !beats(*o, e)) continue;
      const event*& slot = o->sequence < e.sequence ? known_before : ended_by;
      if (slot == nullptr || o->occurred_at < slot->occurred_at) slot = o;
    }
    if (known_before != nullptr) return "ineffective: opt-out " + reference(*known_before) + " stands";
    if (ended_by != nullptr) return "ended by opt-out " + reference(*ended_by);
    if (const event* taken = reassignment_of(e)) return "void: the number was reassigned, " + reference(*taken);
    if (const event* recall = recall_of(e)) return "recalled by " + reference(*recall);
    const auto end = store::end_of(e.occurred_at, e.expires_at, senders_.life_of(e.scope));
    if (end && *end <= now_) return "expired on " + store::to_string(*end);
    return "effective";
  }

  const event* reassignment_of(const event& opt_in) const {
    for (const event* e : counting_) {
      if (e->kind == event_kind::reassigned && e->occurred_at >= opt_in.occurred_at) return e;
    }
    return nullptr;
  }

  // A reply of the person since then confirms what the source brought.
  const event* recall_of(const event& opt_in) const {
    if (is_reply(opt_in)) return nullptr;
    for (const event* e : counting_) {
      if (is_reply(*e) && e->occurred_at >= opt_in.occurred_at && covers(e->scope, opt_in.scope)) return nullptr;
    }
    for (const event* e : recalls_) {
      if (e->source == opt_in.source && e->occurred_at >= opt_in.occurred_at) return e;
    }
    return nullptr;
  }

  std::string effect_of_opt_out(const event& e) const {
    const event* lift = lift_of(e, e.scope);
    return lift == nullptr ? "effective" : "lifted by opt-in " + reference(*lift);
  }

  const sender_lookup& senders_;
  store::instant now_;
  std::map<store::event_id, const event*> corrections_;  // by what they correct
  std::vector<const event*> counting_;                   // the number's own, without what was corrected
  std::vector<const event*> recalls_;
};

}  // namespace

std::vector<std::string> effects(std::span<const store::event> history, std::span<const store::event> recalled,
                                 const sender_lookup& senders, store::instant now) {
  const history_reader reader(history, recalled, senders, now);
  std::vector<std::string> texts;
  texts.reserve(history.size());
  for (const auto& e : history)
    texts.push_back(reader.effect_of(e));
  return texts;
}

}  // namespace proxy
