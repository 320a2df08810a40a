// The sequence of the newest event that was acknowledged, in a file beside the database: what shows at the next start
// that the database has lost events. RocksDB cannot: it takes a log that is cut short, or a damaged record near its
// end, for a write that was never finished.
#pragma once

#include <cstdint>
#include <filesystem>
#include <variant>

#include "store/failure.h"

namespace store {

class acknowledged {
 public:
  explicit acknowledged(const std::filesystem::path& folder);
  ~acknowledged();
  acknowledged(const acknowledged&) = delete;
  acknowledged& operator=(const acknowledged&) = delete;

  // What the file of that store says; 0 when there is none.
  static std::variant<std::uint64_t, failure> read(const std::filesystem::path& folder);
  static failure lost(const std::filesystem::path& folder, std::uint64_t found, std::uint64_t acknowledged);

  // After the event is on disk and before anybody hears of it. Not synced, and a failure is no failure of the event:
  // the mark may be behind after a power cut, and then notices less; it is never ahead.
  void set(std::uint64_t sequence);

 private:
  std::filesystem::path path_;
  int file_ = -1;
};

}  // namespace store
