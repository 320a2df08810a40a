// A capture under way: what crosses the gate and fits its filter, as blocks of a pcapng file that somebody fetches.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "proxy/capture/pcapng.h"
#include "store/number.h"

namespace proxy {

// Of one of the two.
struct capture_filter {
  std::optional<store::number> number;  // PDUs that name it, and their answers
  std::string system_id;                // whatever crosses on its binds
};

class capture {
 public:
  capture(std::uint64_t id, capture_filter f, store::numbering_plan plan, bool whole)
      : id_(id), filter_(std::move(f)), plan_(plan), whole_(whole) {}

  std::uint64_t id() const { return id_; }
  const capture_filter& filter() const { return filter_; }
  const store::numbering_plan& plan() const { return plan_; }
  bool whole() const { return whole_; }  // nothing is masked but passwords

  // Any thread. What nobody has fetched takes a few MiB at most: then it is dropped and counted.
  void add(std::uint32_t interface, store::instant at, pcapng::direction d, std::string_view packet);
  std::string take();                         // what has come since the last call
  std::string statistics(store::instant at);  // how much has been dropped, as blocks

 private:
  static constexpr std::size_t most_waiting = std::size_t{4} * 1024 * 1024;

  const std::uint64_t id_;
  const capture_filter filter_;
  const store::numbering_plan plan_;
  const bool whole_;
  std::mutex mutex_;
  std::string waiting_;
  std::array<std::uint64_t, 2> dropped_{};
};

// Those under way. Whoever holds the pointer that start() gave keeps one going.
class captures {
 public:
  static constexpr std::size_t most = 4;

  // Nothing when there are too many.
  std::shared_ptr<capture> start(capture_filter f, const store::numbering_plan& plan, bool whole);
  // Cheap, and seldom true: asked for each batch of octets.
  bool any() const { return running_.load(std::memory_order_relaxed) != 0; }
  std::vector<std::shared_ptr<capture>> under_way();
  void end() { ended_ = true; }  // the gate stops
  bool ended() const { return ended_; }

 private:
  std::mutex mutex_;
  std::vector<std::weak_ptr<capture>> all_;
  std::uint64_t next_id_ = 1;
  std::atomic<std::size_t> running_{0};
  std::atomic<bool> ended_{false};
};

}  // namespace proxy
