#include "store/consent_store_implementation.h"

namespace store {

std::variant<std::vector<event>, failure> consent_store::history(number who) const {
  using result = std::variant<std::vector<event>, failure>;
  const number kept = kept_as(who);
  return implementation_->writer->with_ledger<result>([&](const ledger& l) { return l.history(kept); });
}

std::variant<std::optional<event>, failure> consent_store::at(std::uint64_t sequence) const {
  using result = std::variant<std::optional<event>, failure>;
  return implementation_->writer->with_ledger<result>([&](const ledger& l) { return l.at(sequence); });
}

std::optional<failure> consent_store::each_at(std::span<const std::uint64_t> sequences,
                                              const std::function<bool(const event&)>& visit) const {
  using result = std::optional<failure>;
  return implementation_->writer->with_ledger<result>([&](const ledger& l) { return l.each_at(sequences, visit); });
}

std::variant<std::optional<event>, failure> consent_store::find(const event_id& id) const {
  using result = std::variant<std::optional<event>, failure>;
  return implementation_->writer->with_ledger<result>([&](const ledger& l) { return l.find(id); });
}

std::optional<failure> consent_store::scan(std::uint64_t after, const std::function<bool(const event&)>& visit) const {
  using result = std::optional<failure>;
  return implementation_->writer->with_ledger<result>([&](const ledger& l) { return l.scan(after, visit); });
}

std::variant<std::vector<bool>, failure> consent_store::are_recorded(
    std::span<const std::array<std::uint8_t, 16>> identities) const {
  using result = std::variant<std::vector<bool>, failure>;
  const auto keys = implementation_->subjects.keys();
  return implementation_->writer->with_ledger<result>([&](const ledger& l) -> result {
    std::vector<bool> known;
    known.reserve(identities.size());
    for (const auto& identity : identities) {
      const auto sequence = l.find_identity(keys->keyed(identity));
      if (const auto* why = std::get_if<failure>(&sequence)) return *why;
      known.push_back(std::get<0>(sequence).has_value());
    }
    return known;
  });
}

}  // namespace store
