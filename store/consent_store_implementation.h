// What a store is made of. What it does is in consent_store.cc and the consent_store_*.cc beside it.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>

#include "store/access_keeper.h"
#include "store/act_times.h"
#include "store/consent_store.h"
#include "store/held_queue.h"
#include "store/index.h"
#include "store/journal_eraser.h"
#include "store/journal_keeper.h"
#include "store/ledger.h"
#include "store/memory_keeper.h"
#include "store/names.h"
#include "store/purger.h"
#include "store/subjects.h"
#include "store/writer.h"

namespace store {

class consent_store::implementation {
 public:
  implementation(std::filesystem::path where, number_keys keys, bool hashed);

  // From disk: the names, the index, and what of `known` is not among its references.
  std::optional<failure> load(const ledger& l, committed& known);
  // Settles when it happened, and blocks at once what opts out: nobody waits for the disk to be left in peace.
  void settle(event& e);
  std::optional<failure> purge();

  std::filesystem::path path;
  class names names;
  class index index;
  class subjects subjects;
  act_times times;
  std::unique_ptr<journal_keeper> journal;
  std::unique_ptr<access_keeper> access;
  memory_keeper memories;
  held_queue held;
  std::unique_ptr<class writer> writer;
  std::unique_ptr<class purger> purger;
  std::unique_ptr<class journal_eraser> eraser;
  std::mutex keys_mutex;

 private:
  std::optional<failure> load_states(const ledger& l);
};

// The secret from which the hashes of numbers come.
std::filesystem::path keys_file(const std::filesystem::path& store);

}  // namespace store
