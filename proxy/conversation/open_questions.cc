#include "proxy/conversation/open_questions.h"

#include <algorithm>

namespace proxy {
namespace {

constexpr std::chrono::hours open_for{24};

bool concerns(const store::scope& s, const sender& of) {
  return s.kind == store::scope_kind::all || (s.kind == store::scope_kind::group && s.name == of.group) ||
         (s.kind == store::scope_kind::sender && s.name == of.name);
}

}  // namespace

std::optional<store::failure> open_questions::begin(store::consent_store& s) {
  store_ = &s;
  auto kept = s.pending_opt_ins();
  if (const auto* why = std::get_if<store::failure>(&kept)) return *why;
  const std::lock_guard lock(mutex_);
  for (store::pending_opt_in& p : std::get<0>(kept))
    insert({std::move(p)});
  return std::nullopt;
}

// A later opt-out that concerns the sender has cancelled it, wherever it came from; a later opt-in by SMS has answered
// it. What the ledger knows decides, so that it does not matter in which order a restart forgets things.
bool open_questions::still_stands(const store::pending_opt_in& p, const sender& s, store::instant now) const {
  if (now >= p.asked_at + open_for) return false;
  return std::ranges::none_of(store_->known(p.who), [&](const store::consent_store::known_fact& k) {
    const bool settles = k.what.opt_out || k.what.by_reply;
    return settles && k.what.occurred_at >= p.asked_at && concerns(k.scope, s);
  });
}

bool open_questions::ask(store::number who, const sender& s, std::string wording, std::string evidence,
                         store::instant now) {
  const store::number kept = store_->kept_as(who);
  store::pending_opt_in p{kept, s.name, now, std::move(wording), std::move(evidence), {}};
  // The clock of this turn may be behind what the store recorded in it.
  for (const auto& k : store_->known(kept)) {
    if (k.what.opt_out || k.what.by_reply)
      p.asked_at = std::max(p.asked_at, k.what.occurred_at + std::chrono::microseconds{1});
  }
  const std::lock_guard lock(mutex_);
  if (const auto earlier = all_.find({kept.digits, s.name}); earlier != all_.end()) {
    if (still_stands(earlier->second.what, s, now)) return false;
    erase(earlier);
  }
  insert({std::move(p), false});
  return true;
}

bool open_questions::is_wanted(store::number who, const sender& s, store::instant now) {
  const std::lock_guard lock(mutex_);
  const auto found = all_.find({store_->kept_as(who).digits, s.name});
  return found != all_.end() && still_stands(found->second.what, s, now);
}

void open_questions::asked(store::number who, const sender& s, store::instant now) {
  const std::lock_guard lock(mutex_);
  const auto found = all_.find({store_->kept_as(who).digits, s.name});
  if (found == all_.end() || !still_stands(found->second.what, s, now)) return;
  found->second.asked = true;
  store::pending_opt_in p = found->second.what;
  p.who = who;
  store_->keep(std::move(p), [](const std::optional<store::failure>&) {});
}

std::optional<store::pending_opt_in> open_questions::answer(store::number who,
                                                            const std::vector<const sender*>& senders,
                                                            store::instant now) {
  const std::lock_guard lock(mutex_);
  if (all_.empty()) return std::nullopt;
  const store::number kept = store_->kept_as(who);
  auto last = all_.end();
  for (const sender* s : senders) {
    const auto found = all_.find({kept.digits, s->name});
    if (found == all_.end() || !found->second.asked || !still_stands(found->second.what, *s, now)) continue;
    if (last == all_.end() || last->second.what.asked_at < found->second.what.asked_at) last = found;
  }
  if (last == all_.end()) return std::nullopt;
  store::pending_opt_in p = last->second.what;
  erase(last);
  return p;
}

void open_questions::answered(store::pending_opt_in p, bool on_disk) {
  const std::lock_guard lock(mutex_);
  if (all_.contains({p.who.digits, p.sender})) return;  // asked again meanwhile
  on_disk ? store_->forget(p.who, p.sender) : insert({std::move(p)});
}

void open_questions::close(store::number who, const std::string& sender) {
  const std::lock_guard lock(mutex_);
  const store::number kept = store_->kept_as(who);
  if (const auto found = all_.find({kept.digits, sender}); found != all_.end()) erase(found);
  store_->forget(kept, sender);
}

void open_questions::close_old(store::instant now) {
  const std::lock_guard lock(mutex_);
  while (!by_age_.empty() && now >= by_age_.begin()->first + open_for) {
    const auto [digits, sender] = by_age_.begin()->second;
    store_->forget({digits}, sender);
    erase(all_.find({digits, sender}));
  }
}

void open_questions::insert(question q) {
  const key k{q.what.who.digits, q.what.sender};
  if (const auto earlier = all_.find(k); earlier != all_.end()) erase(earlier);
  by_age_.emplace(q.what.asked_at, k);
  all_.insert_or_assign(k, std::move(q));
  if (all_.size() <= capacity_) return;
  const key oldest = by_age_.begin()->second;
  store_->forget({oldest.first}, oldest.second);
  erase(all_.find(oldest));
}

void open_questions::erase(std::map<key, question>::iterator it) {
  by_age_.erase({it->second.what.asked_at, it->first});
  all_.erase(it);
}

}  // namespace proxy
