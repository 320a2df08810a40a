#include "store/commit_group.h"

#include <algorithm>
#include <cstring>

namespace store {
namespace {

constexpr std::size_t looked_ahead = 16;  // so many are on their way from memory

template <class... T>
const failure* failed(const std::variant<T...>& v) {
  return std::get_if<failure>(&v);
}

}  // namespace

std::size_t event_id_hash::operator()(const event_id& id) const {
  std::size_t tail = 0;  // its random part
  std::memcpy(&tail, id.data() + 8, sizeof tail);
  return tail;
}

std::optional<fact> fact_of(const event& e, names& n) {
  fact f;
  f.occurred_at = e.occurred_at;
  f.sequence = e.sequence;
  switch (e.kind) {
    case event_kind::opt_in:
      f.scope = n.intern(e.scope);
      f.expires_at = e.expires_at;
      f.source = n.intern_source(e.source);
      f.by_reply = e.method == consent_method::mo_keyword || e.method == consent_method::double_opt_in;
      return f;
    case event_kind::opt_out:
      f.scope = n.intern(e.scope);
      f.opt_out = true;
      return f;
    case event_kind::reassigned:
      f.reassigned = true;
      return f;
    case event_kind::erasure:
      // The proofs of all consents up to now are gone with it: nothing can rest on them any more. The hash must be
      // found from now on, too, also of a person of whom nothing else is known.
      f.reassigned = true;
      return f;
    case event_kind::recall:
    case event_kind::correction:
      break;
  }
  return std::nullopt;
}

recalls recalls_of(const std::vector<event>& history, const event_ids& corrected, names& n) {
  recalls r;
  for (const event& e : history) {
    if (e.kind == event_kind::recall && !corrected.contains(e.id))
      r.add(n.intern_source(e.source), e.occurred_at, e.sequence);
  }
  return r;
}

commit_group::commit_group(const ledger& l, committed& known, instant wall)
    : ledger_(l), known_(known), wall_(wall), last_sequence_(l.head().sequence) {}

std::variant<std::vector<recorded>, failure> commit_group::add(std::vector<event> events) {
  std::vector<recorded> results;
  results.reserve(events.size());
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (i + looked_ahead < events.size()) known_.facts.expect(events[i + looked_ahead].who);
    event& e = events[i];
    auto result = add_one(std::move(e));
    if (const failure* why = failed(result)) return *why;
    results.push_back(std::get<recorded>(result));
  }
  return results;
}

std::variant<recorded, failure> commit_group::add_one(event e) {
  if (e.corrects && (known_.corrected.contains(*e.corrects) || corrected_.contains(*e.corrects)))
    return recorded{0, {}, {}, {}, true};
  if (const number plain = e.who; plain.digits != 0) {
    e.who = known_.who.of(plain);
    if (e.who.is_hash() && !plain.is_hash()) {
      depersonalise(e, plain);
      if (known_.facts.contains(plain)) left_over_.push_back(plain);  // it was erased while this event waited
    }
  }
  e.sequence = last_sequence_ + 1;
  e.recorded_at = wall_;
  e.id = known_.ids.next(wall_);
  if (auto why = e.kind == event_kind::correction ? correct(e) : add_fact(e)) return *why;
  return number_and_keep(std::move(e));
}

recorded commit_group::number_and_keep(event e) {
  last_sequence_ = e.sequence;
  const recorded r{e.sequence, e.id, e.occurred_at, e.recorded_at, false};
  changes_.events.push_back(std::move(e));
  return r;
}

// What is on disk of a number, as far as it counts beside `f`. The index knows it without a look at the disk, unless it
// holds facts that are not there yet, of events that come after this group or failed: one of them may have taken the
// place of a fact that is. What `f` supersedes is of no matter, nor is what that has superseded: such is the fact of
// f's own event, which blocks already.
std::variant<std::vector<fact>, failure> commit_group::on_disk(number who, const fact& f) const {
  std::vector<fact> known = known_.facts.facts(who);
  const bool is_all_there =
      std::ranges::all_of(known, [&](const fact& k) { return k.sequence != 0 || supersedes(f, k); });
  if (!is_all_there) return ledger_.state(who);
  return known;
}

std::optional<failure> commit_group::add_fact(const event& e) {
  const std::optional<fact> f = fact_of(e, known_.names);
  if (!f) return std::nullopt;
  auto [known, is_new] = states_.try_emplace(e.who.digits);
  if (is_new) {
    auto before = on_disk(e.who, *f);
    if (const failure* why = failed(before)) return *why;
    known->second = std::move(std::get<std::vector<fact>>(before));
  }
  merge(known->second, *f);
  facts_.emplace_back(e.who, *f);
  return std::nullopt;
}

// The history of the number as it will be, without this event.
std::variant<std::vector<event>, failure> commit_group::history(number who) const {
  auto all = ledger_.history(who);
  if (auto* events = std::get_if<std::vector<event>>(&all)) {
    for (const event& e : changes_.events) {
      if (e.who == who) events->push_back(e);
    }
  }
  return all;
}

// A corrected event counts no more: what is known of its number is made again from all the others.
std::optional<failure> commit_group::correct(const event& e) {
  corrected_.insert(*e.corrects);
  changes_.proposals.emplace_back(key_of_proposal(*e.corrects), std::nullopt);
  if (e.who.digits == 0) {
    recalls_corrected_ = true;
    return std::nullopt;
  }
  const auto all = history(e.who);
  if (const failure* why = failed(all)) return *why;
  std::vector<fact>& known = states_[e.who.digits];
  known.clear();
  for (const event& other : std::get<std::vector<event>>(all)) {
    if (known_.corrected.contains(other.id) || corrected_.contains(other.id)) continue;
    if (const auto f = fact_of(other, known_.names)) merge(known, *f);
  }
  replaced_.push_back(e.who);
  return std::nullopt;
}

std::variant<erased, failure> commit_group::erase(number who, event by) {
  const auto keys = known_.who.keys();
  const number kept_as = known_.who.of(who);
  const number stand_in = kept_as.is_hash() ? kept_as : keys->hashed(kept_as, 0);
  const auto all = ledger_.history(kept_as);
  if (const failure* why = failed(all)) return *why;
  auto known = ledger_.state(kept_as);
  if (const failure* why = failed(known)) return *why;

  auto unread = ledger_.each_pending_opt_in(kept_as, [&](const pending_opt_in& p) {
    changes_.pending_opt_ins.emplace_back(key_of(p.who, p.sender), std::nullopt);
  });
  if (unread) return *unread;
  if (!who.is_hash()) {
    auto held = ledger_.held_about(keys->access_hash(who));
    if (const failure* why = failed(held)) return *why;
    changes_.unheld = std::move(std::get<std::vector<std::string>>(held));
  }

  const std::uint64_t sequence = last_sequence_ + 1;
  bool before = false;
  for (const event& e : std::get<std::vector<event>>(all)) {
    before |= e.kind == event_kind::erasure;
    if (e.erased_by != 0 || e.kind == event_kind::erasure) continue;
    const auto octets = ledger_.record_at(e.sequence);
    if (const failure* why = failed(octets)) return *why;
    const auto& whole = std::get<std::optional<std::string>>(octets).value_or("");
    auto rest = without_person(whole, e.sequence, stand_in, sequence, *keys);
    if (!rest) return failure{"event " + std::to_string(e.sequence) + " is damaged: nothing was erased"};
    changes_.rewritten.push_back({e.sequence, std::move(*rest), kept_as, stand_in});
  }
  // Where the number itself is not kept, it is not written down for this either.
  if (kept_as != stand_in) changes_.erased = {kept_as, stand_in};
  const bool nothing_left = changes_.rewritten.empty() && changes_.unheld.empty() && changes_.pending_opt_ins.empty();
  if (before && nothing_left) return erased{.hash = stand_in, .already = true};
  if (kept_as != stand_in) {
    states_[kept_as.digits].clear();
    states_[stand_in.digits] = std::move(std::get<std::vector<fact>>(known));
    replaced_ = {stand_in};
    left_over_ = {kept_as};
  }
  by.who = stand_in;
  by.sequence = sequence;
  by.recorded_at = by.occurred_at = wall_;
  by.id = known_.ids.next(wall_);
  if (kept_as != stand_in) {
    merge(states_[stand_in.digits], *fact_of(by, known_.names));
  } else if (const auto why = add_fact(by)) {
    return *why;
  }
  return erased{number_and_keep(std::move(by)), stand_in, changes_.rewritten.size(), false};
}

void commit_group::keep(pending_opt_in p) {
  const number plain = p.who;
  p.who = known_.who.of(plain);
  if (p.who.is_hash() && !plain.is_hash()) {
    event e;
    e.evidence = std::move(p.evidence);
    e.wording = std::move(p.wording);
    depersonalise(e, plain);
    p.evidence = std::move(e.evidence);
    p.evidence_sha256 = std::move(e.evidence_sha256);
    p.wording = std::move(e.wording);
  }
  changes_.pending_opt_ins.emplace_back(key_of(p.who, p.sender), encode(p));
}

void commit_group::forget(number who, std::string_view sender) {
  changes_.pending_opt_ins.emplace_back(key_of(known_.who.of(who), sender), std::nullopt);
}

std::variant<std::optional<proposed_correction>, failure> commit_group::propose(proposed_correction p) {
  if (known_.corrected.contains(p.target) || corrected_.contains(p.target)) return std::optional<proposed_correction>();
  const auto on_disk = ledger_.proposed_corrections();
  if (const failure* why = failed(on_disk)) return *why;
  const std::string key = key_of_proposal(p.target);
  std::optional<proposed_correction> standing;
  for (const proposed_correction& other : std::get<std::vector<proposed_correction>>(on_disk)) {
    if (other.lapsed(wall_))
      changes_.proposals.emplace_back(key_of_proposal(other.target), std::nullopt);
    else if (other.target == p.target)
      standing = other;
  }
  for (const auto& [changed, value] : changes_.proposals) {
    if (changed == key && value) standing = decode_proposed_correction(changed, *value);
  }
  if (standing && standing->actor != p.actor) return standing;
  p.proposed_at = wall_;
  changes_.proposals.emplace_back(key, encode(p));
  return std::optional(std::move(p));
}

std::vector<number> commit_group::replaced() const {
  std::vector<number> all = replaced_;
  all.insert(all.end(), left_over_.begin(), left_over_.end());
  return all;
}

const ledger::changes& commit_group::finish() {
  for (auto& [digits, known] : states_)
    changes_.states.emplace_back(number{digits}, std::move(known));
  std::ranges::sort(changes_.states, {}, [](const auto& state) { return state.first; });
  changes_.names = known_.names.unsaved();
  return changes_;
}

void commit_group::apply() {
  known_.names.saved(changes_.names);
  for (const auto& [who, f] : facts_)
    known_.facts.merge(who, f);
  known_.corrected.merge(corrected_);
  replace_facts();
  for (const event& e : changes_.events) {
    if (e.kind == event_kind::recall)
      known_.facts.recall(known_.names.intern_source(e.source), e.occurred_at, e.sequence);
  }
  if (!recalls_corrected_) return;
  const auto all = history({});
  if (const auto* events = std::get_if<std::vector<event>>(&all))
    known_.facts.set_recalls(recalls_of(*events, known_.corrected, known_.names));
}

// What blocks in memory and is not on disk yet goes on blocking.
void commit_group::replace_facts() {
  const auto keep_pending = [&](number of, std::vector<fact>& to) {
    for (const fact& f : known_.facts.facts(of)) {
      if (f.sequence == 0) merge(to, f);
    }
  };
  for (const auto& [who, known] : changes_.states) {
    if (std::ranges::find(replaced_, who) == replaced_.end()) continue;
    std::vector<fact> now_known = known;
    keep_pending(who, now_known);
    for (const number plain : left_over_)
      keep_pending(plain, now_known);
    known_.facts.replace(who, std::move(now_known));
  }
  for (const number plain : left_over_)
    known_.facts.replace(plain, {});
}

}  // namespace store
