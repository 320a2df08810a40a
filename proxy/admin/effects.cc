#include "proxy/admin/effects.h"

namespace proxy {
namespace {

using store::event;
using store::event_kind;
using store::scope_kind;

class history_reader {
 public:
  history_reader(std::span<const event> history, const group_lookup& group_of, store::instant now)
      : history_(history), group_of_(group_of), now_(now) {}

  std::string effect_of(const event& e) const {
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
    return wide.kind == scope_kind::group && narrow.kind == scope_kind::sender && group_of_(narrow.name) == wide.name;
  }

  static bool is_reply(const event& e) { return e.kind == event_kind::opt_in && store::made_by_gate(e.method); }

  // The earliest reply that takes the opt-out back for everything in `s`.
  const event* lift_of(const event& opt_out, const store::scope& s) const {
    const event* lift = nullptr;
    for (const auto& e : history_) {
      if (!is_reply(e) || e.occurred_at <= opt_out.occurred_at || !covers(e.scope, s)) continue;
      if (lift == nullptr || e.occurred_at < lift->occurred_at) lift = &e;
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
    for (const auto& o : history_) {
      if (o.kind != event_kind::opt_out || !beats(o, e)) continue;
      const event*& slot = o.sequence < e.sequence ? known_before : ended_by;
      if (slot == nullptr || o.occurred_at < slot->occurred_at) slot = &o;
    }
    if (known_before != nullptr) return "ineffective: opt-out " + reference(*known_before) + " stands";
    if (ended_by != nullptr) return "ended by opt-out " + reference(*ended_by);
    if (const event* recall = recall_of(e)) return "recalled by " + reference(*recall);
    if (e.expires_at && *e.expires_at <= now_) return "expired on " + store::to_string(*e.expires_at);
    return "effective";
  }

  const event* recall_of(const event& opt_in) const {
    if (is_reply(opt_in)) return nullptr;
    for (const auto& e : history_) {
      if (e.kind == event_kind::recall && e.source == opt_in.source && e.occurred_at >= opt_in.occurred_at) return &e;
    }
    return nullptr;
  }

  std::string effect_of_opt_out(const event& e) const {
    const event* lift = lift_of(e, e.scope);
    return lift == nullptr ? "effective" : "lifted by opt-in " + reference(*lift);
  }

  std::span<const event> history_;
  const group_lookup& group_of_;
  store::instant now_;
};

}  // namespace

std::vector<std::string> effects(std::span<const event> history, const group_lookup& group_of, store::instant now) {
  const history_reader reader(history, group_of, now);
  std::vector<std::string> texts;
  texts.reserve(history.size());
  for (const auto& e : history)
    texts.push_back(reader.effect_of(e));
  return texts;
}

}  // namespace proxy
