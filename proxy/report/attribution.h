// To which source a message and an opt-out are put down.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "proxy/report/scopes.h"
#include "store/consent_store.h"

namespace proxy {

using source_name = std::optional<std::string>;  // nothing: no source

// What an opt-out did.
struct ended_consent {
  bool corrected = false;  // it was an operator's mistake, and has been undone since
  source_name source;
};

class attribution {
 public:
  attribution(const store::consent_store& s, group_of_sender group_of) : store_(s), group_of_(std::move(group_of)) {}

  // One for each of these sequences, which are distinct and ascending: of a decision that rested on an opt-in, the
  // opt-in's source; on a recall, the source recalled; on an opt-out, the source of the consent it ended.
  std::variant<std::vector<source_name>, store::failure> sources_of(std::span<const std::uint64_t> sequences);

  // The source of the consent that was in force for what the opt-out covers just before it was recorded; of several the
  // one on which the person agreed last. When none was in force, of one that had been recalled or had expired by then.
  std::variant<ended_consent, store::failure> ended_by(const store::event& opt_out);

 private:
  std::optional<store::failure> read_recalls();

  const store::consent_store& store_;
  group_of_sender group_of_;
  std::optional<std::vector<store::event>> recalls_;
};

}  // namespace proxy
