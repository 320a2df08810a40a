// A CSV file of consent events into the store: streamed, checked row by row, restartable.
#pragma once

#include <atomic>
#include <istream>

#include "store/consent_store.h"
#include "store/entry.h"

namespace store {

struct import_progress {
  std::atomic<std::uint64_t> octets_read{0};
  std::atomic<std::uint64_t> rows{0};       // read so far, header not counted
  std::atomic<std::uint64_t> taken{0};      // recorded now
  std::atomic<std::uint64_t> unchanged{0};  // recorded by an earlier import
  std::atomic<std::uint64_t> refused{0};
};

struct refused_row {
  std::uint64_t line = 0;  // in the file, from 1; of the row's first line
  std::string row;         // as it was
  std::vector<refusal> reasons;
};

struct import_options {
  numbering_plan plan;
  std::string actor;
  bool dry_run = false;                                             // check every row, record nothing
  std::function<void(const refused_row&)> on_refused;               // in the order of the file
  std::function<void(std::uint64_t line, std::string)> on_warning;  // a sender or group that is not (yet) configured
  std::function<bool(const scope&)> is_configured;                  // may be empty: no warnings
};

// The header line and the encoding of the whole file are checked before anything is stored. A failure means nothing was
// stored, unless it says that the store stopped taking events, which names the line from which on; the file can be
// imported again: rows that are in are recognised.
std::optional<failure> import_csv(std::istream& csv, consent_store& into, const import_options& o,
                                  import_progress& progress);

}  // namespace store
