#include "store/journal_eraser.h"

#include <future>

#include "store/journal_search.h"

namespace store {
namespace {

constexpr std::chrono::seconds after_failure{10};

failure not_yet(const std::string& why) {
  return {"the person is erased from the ledger, and not yet from the journal of decisions: " + why +
          "; that goes on by itself"};
}

}  // namespace

journal_eraser::journal_eraser(writer& w) : writer_(w), thread_([this](const std::stop_token& stop) { run(stop); }) {}

journal_eraser::~journal_eraser() {
  thread_.request_stop();
  thread_.join();
  for (job& j : jobs_)
    if (j.done) j.done(not_yet("the store is being closed"));
}

void journal_eraser::erase(const erased_person& person, told done) {
  {
    const std::lock_guard lock(mutex_);
    jobs_.push_back({person, std::move(done)});
  }
  changed_.notify_one();
}

void journal_eraser::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (changed_.wait(lock, stop, [this] { return !jobs_.empty(); })) {
    const erased_person person = jobs_.front().person;
    lock.unlock();
    auto why = work_through(person, stop);
    lock.lock();
    if (stop.stop_requested() && why) return;
    const told done = std::exchange(jobs_.front().done, nullptr);
    if (!why) jobs_.pop_front();
    lock.unlock();
    if (done) done(why ? std::optional(not_yet(why->message)) : std::nullopt);
    lock.lock();
    if (why) changed_.wait_for(lock, stop, after_failure, [] { return false; });
  }
}

std::optional<failure> journal_eraser::work_through(const erased_person& person, const std::stop_token& stop) {
  using result = std::variant<rewritten_part, failure>;
  rewritten_part part;
  while (!part.end) {
    if (stop.stop_requested()) return failure{"stopped"};
    auto next = writer_.with_ledger<result>([&](const ledger& l) { return rewrite_journal(l, person, part.next); });
    if (const auto* why = std::get_if<failure>(&next)) return *why;
    part = std::move(std::get<rewritten_part>(next));
    if (part.records.empty()) continue;
    if (auto why = write(std::move(part.records), person)) return why;
  }
  return write({}, person);
}

std::optional<failure> journal_eraser::write(std::vector<journal_record> blocks, const erased_person& person) {
  std::promise<std::optional<failure>> written;
  writer_.submit_rewriting(std::move(blocks), person,
                           [&](std::optional<failure> why) { written.set_value(std::move(why)); });
  return written.get_future().get();
}

}  // namespace store
