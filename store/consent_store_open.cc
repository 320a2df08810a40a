#include "store/acknowledged.h"
#include "store/consent_store_implementation.h"

namespace store {

std::variant<std::unique_ptr<consent_store>, failure> consent_store::open(options o) {
  const auto mark = acknowledged::read(o.path);
  if (const auto* why = std::get_if<failure>(&mark)) return *why;
  const std::uint64_t promised = std::get<std::uint64_t>(mark);
  std::error_code ignored;
  const bool begun = promised != 0 || std::filesystem::exists(keys_file(o.path), ignored);
  auto opened = ledger::open(o.path, begun ? when_missing::fail : when_missing::create);
  if (auto* why = std::get_if<failure>(&opened)) return *why;
  auto l = std::move(std::get<std::unique_ptr<ledger>>(opened));
  const std::uint64_t last = l->head().sequence;
  if (last < promised) return acknowledged::lost(o.path, last, promised);
  if (auto why = l->check_complete(last)) return *why;
  auto keys = number_keys::open(keys_file(o.path), l->knows_keys() ? when_missing::fail : when_missing::create);
  if (auto* why = std::get_if<failure>(&keys)) return *why;
  if (auto why = l->check_keys(std::get<number_keys>(keys))) return *why;
  if (auto why = l->check_storage(o.hashed_numbers)) return *why;
  auto i = std::make_unique<implementation>(o.path, std::move(std::get<number_keys>(keys)), o.hashed_numbers);
  committed known{i->index, i->names, i->subjects, {}, {}};
  if (auto why = i->load(*l, known)) return *why;
  const auto journal_end = l->newest_in_journal();
  if (const auto* why = std::get_if<failure>(&journal_end)) return *why;
  i->journal = std::make_unique<journal_keeper>(std::get<ledger::journal_end>(journal_end));
  i->journal->set_renumbering([&who = i->subjects]() -> renumbering {
    if (!who.may_be_hashed()) return {};
    renumbering known_as([&who](number n) { return who.of(n); });
    if (!who.keeps_numbers()) known_as.keep_no_numbers();
    return known_as;
  });
  const auto unfinished = l->unfinished_erasures();
  if (const auto* why = std::get_if<failure>(&unfinished)) return *why;
  for (const erased_person& person : std::get<0>(unfinished))
    i->journal->forget(person.who);
  i->access = std::make_unique<access_keeper>(l->access_head().at);
  if (auto why = i->memories.load(*l, [&who = i->subjects](number n) { return who.of(n); })) return *why;
  if (auto why = i->held.load(*l)) return *why;
  const bool remains = l->owes_purge();
  i->writer = std::make_unique<writer>(o.path, std::move(l), std::move(known), *i->journal, *i->access, i->memories,
                                       i->held, std::move(o.on_write));
  i->memories.set_wake([w = i->writer.get()] { w->wake(); });
  i->purger = std::make_unique<purger>([p = i.get()] { return p->purge(); }, remains);
  i->eraser = std::make_unique<journal_eraser>(*i->writer);
  for (const erased_person& person : std::get<0>(unfinished))
    i->eraser->erase(person, [&p = *i->purger](const std::optional<failure>&) { p.owe(); });
  return std::unique_ptr<consent_store>(new consent_store(std::move(i)));
}

}  // namespace store
