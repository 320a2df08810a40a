// Rows of an import, made ready on the thread that reads them: all is done that does not depend on a row's place in the
// ledger, so that the writer's thread has little left to do.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "store/event.h"
#include "store/precedence.h"
#include "store/record.h"

namespace store {

struct import_row {
  std::uint32_t place = 0;                  // among the rows that were added to the batch
  number who;                               // as the store keeps it
  fact what;                                // its sequence is that of its event, once that is known
  std::array<std::uint8_t, 16> identity{};  // keyed
  // The row tells this number whatever the numbering plan is: nothing else can have been recorded under its identity.
  bool tells_number = false;
  std::size_t begin = 0;  // of its record
  unplaced_record record;

  event_id id{};
  bool already_known = false;  // once it is recorded: it had been before, and nothing changed
};

class import_batch {
 public:
  void add(event& e, number kept_as, const fact& what);
  // Many rows are written faster in the order of their numbers: what RocksDB keeps in memory is sorted. Rows of one
  // number stay in their order.
  void sort_by_number();
  // In another form, since the person has been erased meanwhile.
  void renumber(import_row& r, number kept_as);

  std::size_t size() const { return rows_.size(); }
  std::vector<import_row>& rows() { return rows_; }
  std::span<char> octets(const import_row& r) { return std::span(octets_).subspan(r.begin, r.record.size); }

 private:
  std::vector<import_row> rows_;
  std::string octets_;  // of the records
};

// Some rows of a batch, so few that a STOP may wait while they are written.
struct import_slice {
  std::shared_ptr<import_batch> batch;
  std::span<import_row> rows;
  std::vector<std::uint32_t> by_number, by_identity;  // places in `rows`; of equals the first one first
};
// From this row on.
import_slice slice(const std::shared_ptr<import_batch>& of, std::size_t first);

}  // namespace store
