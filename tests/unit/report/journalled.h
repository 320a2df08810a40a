// A store with decisions made by hand in its journal.
#pragma once

#include <future>

#include "tests/unit/store/opened_store.h"
#include "tests/unit/temporary_folder.h"

namespace testing {

inline store::instant at_day(int day, int hour = 0) {
  return store::instant{std::chrono::sys_days{std::chrono::year{2026} / 3 / day} + std::chrono::hours{hour}};
}

struct made_decision {
  store::instant at{};
  std::uint64_t who = 0;
  std::string sender, verdict, reason = "none";
  std::uint64_t event = 0;
  bool answered = false;
  std::uint32_t command_status = 0;
  std::string message_id{}, system_id = "bind";
};

inline void journal(store::consent_store& s, const std::vector<made_decision>& all) {
  store::journal_batch batch;
  for (const made_decision& d : all) {
    store::journal_line l;
    l.at = d.at;
    l.who = {d.who};
    l.event = d.event;
    l.answered = d.answered;
    l.command_status = d.command_status;
    l.message_id = d.message_id;
    l.sender = s.journal_text(d.sender);
    l.system_id = s.journal_text(d.system_id);
    l.verdict = s.journal_text(d.verdict);
    l.reason = s.journal_text(d.reason);
    batch.add(l);
  }
  s.journal(std::move(batch));
  std::promise<void> flushed;
  s.flush_journal([&] { flushed.set_value(); });
  flushed.get_future().get();
}

// shop and club belong to retail, each other sender to itself.
inline std::string retail_or_own(const std::string& sender) {
  return sender == "shop" || sender == "club" ? "retail" : sender;
}

template <typename Maker>
void run(Maker& m) {
  while (true) {
    const auto done = m.step();
    if (const auto* why = std::get_if<store::failure>(&done)) throw std::runtime_error(why->message);
    if (std::get<bool>(done)) return;
  }
}

}  // namespace testing
