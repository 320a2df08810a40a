#include <future>

#include "store/consent_store_implementation.h"

namespace store {

void consent_store::record_access(access_use u, std::function<void(std::optional<failure>)> done) {
  if (u.about) u.about = implementation_->subjects.keys()->access_hash(*u.about);
  if (implementation_->writer->failed()) return done(failure{implementation_->writer->condition()});
  implementation_->access->add(std::move(u), std::move(done));
  implementation_->writer->wake();
}

std::optional<failure> consent_store::record_access_and_wait(access_use u) {
  std::promise<std::optional<failure>> promise;
  record_access(std::move(u), [&](std::optional<failure> why) { promise.set_value(std::move(why)); });
  return promise.get_future().get();
}

std::variant<std::optional<instant>, failure> consent_store::scan_access(
    const access_query& q, std::size_t most, const std::function<bool(const access_record&)>& visit) const {
  std::optional<number> about;
  if (q.about) about = implementation_->subjects.keys()->access_hash(*q.about);
  std::optional<instant> rest;
  const auto look = [&](const access_record& r) {
    if (q.to && r.at > *q.to) return false;
    if (most-- == 0) {
      rest = r.at;
      return false;
    }
    const bool wanted = (!about || r.what.about == about) && (!q.actor || r.what.actor == *q.actor);
    return !wanted || visit(r);
  };
  auto why = implementation_->writer->with_ledger<std::optional<failure>>(
      [&](const ledger& l) { return l.scan_access(q.from.value_or(instant{}), look); });
  if (why) return std::move(*why);
  return rest;
}

}  // namespace store
