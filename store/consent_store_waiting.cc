#include "store/consent_store_implementation.h"

namespace store {

void consent_store::propose(proposed_correction p, proposal_completion done) {
  implementation_->writer->submit_proposal(std::move(p), std::move(done));
}

std::variant<std::vector<proposed_correction>, failure> consent_store::proposed_corrections(instant now) const {
  using result = std::variant<std::vector<proposed_correction>, failure>;
  auto all = implementation_->writer->with_ledger<result>([](const ledger& l) { return l.proposed_corrections(); });
  if (auto* found = std::get_if<0>(&all)) std::erase_if(*found, [&](const auto& p) { return p.lapsed(now); });
  return all;
}

void consent_store::keep(pending_opt_in p, std::function<void(std::optional<failure>)> done) {
  implementation_->writer->submit_pending(std::move(p), writer::pending::keep, std::move(done));
}

void consent_store::forget(number who, const std::string& sender) {
  implementation_->writer->submit_pending({who, sender, {}, {}, {}, {}}, writer::pending::forget,
                                          [](const std::optional<failure>&) {});
}

std::variant<std::vector<pending_opt_in>, failure> consent_store::pending_opt_ins() const {
  using result = std::variant<std::vector<pending_opt_in>, failure>;
  return implementation_->writer->with_ledger<result>([](const ledger& l) -> result {
    std::vector<pending_opt_in> all;
    if (auto why = l.each_pending_opt_in(std::nullopt, [&](pending_opt_in p) { all.push_back(std::move(p)); }))
      return *why;
    return all;
  });
}

}  // namespace store
