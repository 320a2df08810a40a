#include <future>

#include "store/consent_store_implementation.h"

namespace store {

void consent_store::record(std::vector<event> events, completion done) {
  std::vector<number> acted;
  for (event& e : events) {
    implementation_->settle(e);
    if (made_by_gate(e.method)) acted.push_back(e.who);
  }
  implementation_->writer->submit(std::move(events),
                                  [this, acted = std::move(acted), done = std::move(done)](outcome o) {
                                    for (const number who : acted)
                                      implementation_->times.end(implementation_->subjects.of(who));
                                    done(std::move(o));
                                  });
}

outcome consent_store::record_and_wait(std::vector<event> events) {
  std::promise<outcome> promise;
  record(std::move(events), [&](outcome o) { promise.set_value(std::move(o)); });
  return promise.get_future().get();
}

void consent_store::make_ready(event e, import_batch& into) {
  e.identity = implementation_->subjects.keys()->keyed(e.identity);
  into.add(e, kept_as(e.who), *fact_of(e, implementation_->names));
}

void consent_store::record(import_slice rows, std::function<void(std::optional<failure>)> done) {
  implementation_->writer->submit_import(std::move(rows), std::move(done));
}

}  // namespace store
