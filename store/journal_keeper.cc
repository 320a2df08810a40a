#include "store/journal_keeper.h"

#include <algorithm>
#include <utility>

namespace store {
namespace {

// Lines written together: waking the writer for each block would often take the processor from a worker.
constexpr std::size_t worth_a_write = 4 * most_in_block;
constexpr std::size_t batches_a_write = 16;
constexpr std::size_t small = 64;  // lines: copied rather than queued by themselves
constexpr std::size_t most_spare = 16;

std::size_t lines_in(const std::variant<journal_batch, journal_columns>& h) {
  return std::visit([](const auto& lines) { return lines.size(); }, h);
}

}  // namespace

void journal_keeper::add(journal_batch lines, bool& wake) {
  const std::lock_guard lock(mutex_);
  auto* const last = waiting_.empty() ? nullptr : std::get_if<journal_batch>(&waiting_.back());
  if (last != nullptr && lines.size() < small && last->size() < most_in_block) {
    // Many small batches in a row would hold much memory for few lines.
    wake = lines_waiting_ < worth_a_write && lines_waiting_ + lines.size() >= worth_a_write;
    lines_waiting_ += lines.size();
    last->append(lines);
    return;
  }
  wait_in_line(std::move(lines), wake);
}

journal_columns journal_keeper::add(journal_columns full, bool& wake) {
  {
    const std::lock_guard lock(mutex_);
    wait_in_line(std::move(full), wake);
    if (!spare_.empty()) {
      journal_columns empty = std::move(spare_.back());
      spare_.pop_back();
      return empty;
    }
  }
  return journal_columns();
}

void journal_keeper::wait_in_line(handed_in h, bool& wake) {
  const std::size_t lines = lines_in(h);
  wake = waiting_.empty() || (lines_waiting_ < worth_a_write && lines_waiting_ + lines >= worth_a_write);
  lines_waiting_ += lines;
  waiting_.push_back(std::move(h));
  while (lines_waiting_ > most_waiting) {
    const std::size_t oldest = lines_in(waiting_.front());
    dropped_ += oldest;
    lines_waiting_ -= oldest;
    waiting_.pop_front();
  }
}

void journal_keeper::flush(std::function<void()> done) {
  const std::lock_guard lock(mutex_);
  flushes_.push_back(std::move(done));
}

void journal_keeper::keep_for(std::chrono::seconds retention) {
  const std::lock_guard lock(mutex_);
  if (retention_ == retention) return;
  retention_ = retention;
  next_removal_ = retention_.count() == 0 ? clock::time_point::max() : clock::now();
}

bool journal_keeper::flush_wanted() const {
  const std::lock_guard lock(mutex_);
  return !flushes_.empty();
}

journal_keeper::clock::time_point journal_keeper::due() const {
  const std::lock_guard lock(mutex_);
  if (!flushes_.empty() || lines_waiting_ >= worth_a_write) return clock::time_point::min();
  const bool something = unwritten_ || !waiting_.empty();
  return something ? std::min(next_partial_, next_removal_) : next_removal_;
}

journal_keeper::share journal_keeper::take(instant now, bool all) {
  const std::lock_guard lock(mutex_);
  share s;
  while (!waiting_.empty() && (all || s.batches.size() < batches_a_write)) {
    lines_waiting_ -= lines_in(waiting_.front());
    s.batches.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  if (waiting_.empty()) s.flushes = std::exchange(flushes_, {});
  const auto moment = clock::now();
  s.all = all || !s.flushes.empty() || moment >= next_partial_;
  if (s.all) next_partial_ = moment + write_interval;
  if (moment >= next_removal_) {
    next_removal_ = moment + removal_interval;
    const auto oldest = (now - retention_).time_since_epoch().count();
    s.remove_below = oldest > 0 ? static_cast<std::uint64_t>(oldest) : 0;
  }
  return s;
}

std::optional<failure> journal_keeper::write(ledger& l, instant now, bool all) {
  share s = take(now, all);
  for (handed_in& h : s.batches) {
    if (const auto* lines = std::get_if<journal_batch>(&h)) {
      tail_.add(*lines);
    } else {
      tail_.add(std::move(std::get<journal_columns>(h)));
    }
  }
  renumbering known_as = known_as_ ? known_as_() : renumbering{};
  if (known_as) known_as.forget(forgotten_);
  const journal_changes c = tail_.plan(now, s.all, texts, known_as);
  std::optional<failure> why;
  if (!c.empty() || s.remove_below != 0) why = l.write(c, s.remove_below);
  std::vector<journal_columns> empty;
  if (!why) empty = tail_.written();
  {
    const std::lock_guard lock(mutex_);
    unwritten_ = tail_.unwritten();
    if (why && s.remove_below != 0) next_removal_ = clock::now();
    for (; !empty.empty() && spare_.size() < most_spare; empty.pop_back())
      spare_.push_back(std::move(empty.back()));
  }
  for (const auto& done : s.flushes)
    done();
  return why;
}

void journal_keeper::give_up_flushes() {
  std::vector<std::function<void()>> flushes;
  {
    const std::lock_guard lock(mutex_);
    flushes = std::exchange(flushes_, {});
  }
  for (const auto& done : flushes)
    done();
}

}  // namespace store
