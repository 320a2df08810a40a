#include "store/consent_store_implementation.h"

namespace store {

consent_store::implementation::implementation(std::filesystem::path where, number_keys keys, bool hashed)
    : path(std::move(where)),
      subjects(index, std::move(keys), hashed),
      memories(subjects.keys()->oldest()),
      held(sealing_key(subjects.keys()->oldest().of("held"))) {}

std::optional<failure> consent_store::implementation::load(const ledger& l, committed& known) {
  auto failed = l.each_name([&](const stored_name& n) { return names.load(n); });
  if (failed) return failed;
  failed = l.each_corrected([&](const event_id& id) { known.corrected.insert(id); });
  if (failed) return failed;
  failed = load_states(l);
  if (failed) return failed;
  const auto recalled = l.history(number{});
  if (const auto* why = std::get_if<failure>(&recalled)) return *why;
  index.set_recalls(recalls_of(std::get<std::vector<event>>(recalled), known.corrected, names));
  return std::nullopt;
}

// While some numbers' places in the index are on their way from memory, the next are read.
std::optional<failure> consent_store::implementation::load_states(const ledger& l) {
  constexpr std::size_t together = 64;
  std::vector<std::pair<number, fact>> waiting;
  const auto merge = [&] {
    for (const auto& [who, f] : waiting)
      index.merge(who, f);
    waiting.clear();
  };
  index.reserve(l.estimated_numbers());
  auto failed = l.each_state([&](number who, std::vector<fact>& facts) {
    if (waiting.size() >= together) merge();
    index.expect(who);
    for (const fact& f : facts)
      waiting.emplace_back(who, f);
  });
  merge();
  return failed;
}

void consent_store::implementation::settle(event& e) {
  e.sequence = 0;
  const number who = subjects.of(e.who);
  if (made_by_gate(e.method)) e.occurred_at = times.begin(who, now(), index.latest_act(who));
  if (e.kind == event_kind::opt_out) index.merge(who, *fact_of(e, names));
  if (e.kind == event_kind::recall) index.recall(names.intern_source(e.source), e.occurred_at, 0);
}

std::optional<failure> consent_store::implementation::purge() {
  return writer->with_ledger<std::optional<failure>>([](ledger& l) { return l.purge(); });
}

std::filesystem::path keys_file(const std::filesystem::path& store) {
  return store / "numbers.key";
}

}  // namespace store
