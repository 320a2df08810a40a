#include "store/consent_store_implementation.h"

namespace store {

void consent_store::erase(number who, event by, erasure_completion done) {
  by.kind = event_kind::erasure;
  implementation_->writer->submit_erasure(
      who, std::move(by), [this, who, done = std::move(done)](std::variant<erased, failure> result) {
        auto* const e = std::get_if<erased>(&result);
        if (e == nullptr) return done(std::move(result));
        e->telling_sources = implementation_->names.sources_that_tell(who);
        implementation_->purger->owe();
        if (who.is_hash()) return done(std::move(result));
        implementation_->eraser->erase(
            {who, e->hash}, [done, result](std::optional<failure> why) { why ? done(std::move(*why)) : done(result); });
      });
}

std::optional<failure> consent_store::purge() {
  return implementation_->purge();
}

bool consent_store::owes_purge() const {
  const auto owed = implementation_->writer->with_ledger<std::variant<bool, failure>>(
      [](const ledger& l) { return std::variant<bool, failure>(l.owes_purge()); });
  return std::holds_alternative<failure>(owed) || std::get<bool>(owed);
}

void consent_store::stop_purging() {
  implementation_->writer->with_ledger<std::optional<failure>>([](ledger& l) {
    l.stop_purging();
    return std::nullopt;
  });
}

std::optional<failure> consent_store::rotate_keys() {
  const std::lock_guard lock(implementation_->keys_mutex);
  number_keys keys = *implementation_->subjects.keys();
  if (auto why = keys.rotate(keys_file(implementation_->path))) return why;
  auto why =
      implementation_->writer->with_ledger<std::optional<failure>>([&](ledger& l) { return l.check_keys(keys); });
  if (!why) implementation_->subjects.use(std::move(keys));
  return why;
}

}  // namespace store
