#include <algorithm>

#include "store/consent_store_implementation.h"

namespace store {
namespace {

constexpr std::uint64_t records_together = 20000;  // read before others may have the ledger

}  // namespace

std::variant<verification, failure> consent_store::verify(verification so_far) const {
  const auto keys = implementation_->subjects.keys();
  const std::uint64_t newest = implementation_->writer->last_sequence();
  const auto misfit_at = [&](std::uint64_t sequence, const std::string& why) {
    so_far.first_misfit = sequence;
    so_far.why = why;
    so_far.done = true;
    return false;
  };
  std::uint64_t read = 0;
  const auto step = [&](std::uint64_t sequence, std::string_view octets) {
    if (sequence != so_far.events + 1) {
      return misfit_at(so_far.events + 1, "it is missing: event " + std::to_string(sequence) + " comes after event " +
                                              std::to_string(so_far.events));
    }
    digest256 own{};
    if (const auto why = misfit(octets, sequence, so_far.head, *keys, own)) return misfit_at(sequence, *why);
    if (sequence == so_far.deposited.sequence && own != so_far.deposited.own)
      return misfit_at(sequence, "it, or one before it, is not what it was when the head was deposited");
    so_far.events = sequence;
    so_far.head = own;
    return ++read < records_together;
  };
  const auto why = implementation_->writer->with_ledger<std::optional<failure>>(
      [&](const ledger& l) { return l.scan_records(so_far.events, step); });
  if (why) return *why;
  if (so_far.done || read == records_together) return so_far;
  if (so_far.events < std::max(newest, so_far.deposited.sequence))
    misfit_at(so_far.events + 1, "it is missing: event " + std::to_string(std::max(newest, so_far.deposited.sequence)) +
                                     " had been recorded");
  so_far.done = true;
  return so_far;
}

// A use at whose place in the chain another stands, or none, is told by its number.
std::variant<access_verification, failure> consent_store::verify_access(access_verification so_far) const {
  std::uint64_t read = 0;
  const auto misfit_at = [&](std::optional<instant> at, const std::string& why) {
    so_far.first_misfit = so_far.head.count + 1;
    so_far.misfit_at = at;
    so_far.why = why;
    so_far.done = true;
    return false;
  };
  using result = std::variant<std::uint64_t, failure>;
  const auto newest = implementation_->writer->with_ledger<result>([&](const ledger& l) -> result {
    const std::uint64_t recorded = l.access_head().count;
    const auto why = l.scan_access_octets(so_far.head.at, [&](instant at, std::string_view octets) {
      const store::access_head before = so_far.head;
      if (const auto wrong = misfit(octets, at, so_far.head)) return misfit_at(at, *wrong);
      if (so_far.head.count == so_far.deposited.count && so_far.head.own != so_far.deposited.own) {
        so_far.head = before;
        return misfit_at(at, "it, or one before it, is not what it was when the head was deposited");
      }
      return ++read < records_together;
    });
    if (why) return *why;
    return recorded;
  });
  if (const auto* why = std::get_if<failure>(&newest)) return *why;
  if (so_far.done || read == records_together) return so_far;
  const auto recorded = std::max(std::get<std::uint64_t>(newest), so_far.deposited.count);
  if (so_far.head.count < recorded)
    misfit_at(std::nullopt, "it is missing: use " + std::to_string(recorded) + " had been recorded");
  so_far.done = true;
  return so_far;
}

access_head consent_store::access_head() const {
  using result = std::variant<store::access_head, failure>;
  const auto head =
      implementation_->writer->with_ledger<result>([](const ledger& l) { return result(l.access_head()); });
  return std::holds_alternative<failure>(head) ? store::access_head() : std::get<store::access_head>(head);
}

ledger_head consent_store::head() const {
  const auto head = implementation_->writer->with_ledger<std::variant<ledger_head, failure>>(
      [](const ledger& l) { return std::variant<ledger_head, failure>(l.head()); });
  return std::holds_alternative<ledger_head>(head) ? std::get<ledger_head>(head) : ledger_head{};
}

}  // namespace store
