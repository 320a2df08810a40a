// Decisions as a gate would hand them in, made from a seed.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "store/journal_block.h"

namespace testing {

// A decision that owns its texts, to compare with.
struct decided {
  std::int64_t at = 0;
  std::uint64_t number = 0;
  std::string destination, sender, system_id, verdict, reason, message_id;
  std::uint64_t event = 0;
  bool answered = false;
  std::uint32_t command_status = 0;
  bool operator==(const decided&) const = default;
};

inline decided copy_of(const store::journal_entry& e) {
  return {e.at.time_since_epoch().count(),
          e.who.digits,
          std::string(e.destination),
          std::string(e.sender),
          std::string(e.system_id),
          std::string(e.verdict),
          std::string(e.reason),
          std::string(e.message_id),
          e.event,
          e.answered,
          e.command_status};
}

inline void add(store::journal_batch& to, store::journal_texts& texts, const decided& d) {
  store::journal_line l;
  l.at = store::instant{std::chrono::microseconds{d.at}};
  l.who = {d.number};
  l.destination = d.destination;
  l.event = d.event;
  l.answered = d.answered;
  l.command_status = d.command_status;
  l.message_id = d.message_id;
  l.sender = texts.intern(d.sender);
  l.system_id = texts.intern(d.system_id);
  l.verdict = texts.intern(d.verdict);
  l.reason = texts.intern(d.reason);
  to.add(l);
}

class decisions {
 public:
  explicit decisions(std::uint32_t seed = 1) : random_(seed) {}

  decided next() {
    decided d;
    d.at =
        1'790'000'000'000'000 + static_cast<std::int64_t>(random_() % 4'000'000'000) * (random_() % 50 == 0 ? -1 : 1);
    if (random_() % 20 == 0) {
      d.destination = "destination " + std::string(random_() % 40, 'x');
    } else {
      d.number = random_() % 10 == 0 ? random_() | 1ULL << 63U : 33'600'000'000 + random_() % 1'000'000;
    }
    d.sender = "sender " + std::to_string(random_() % 5);
    d.system_id = "bind" + std::to_string(random_() % 3);
    d.verdict = random_() % 2 == 0 ? "forwarded" : "refused";
    d.reason = random_() % 2 == 0 ? "none" : "";
    d.event = random_() % 3 == 0 ? 0 : random_() % 8 == 0 ? random_() : random_() % 2'000'000;
    d.answered = random_() % 3 != 0;
    if (d.answered) {
      d.command_status = random_() % 2 == 0 ? 0 : static_cast<std::uint32_t>(random_());
      const std::string hexadecimal =
          std::to_string(random_()) + std::to_string(random_()) + std::to_string(random_()) + std::to_string(random_());
      d.message_id = hexadecimal.substr(0, std::min<std::size_t>(64, random_() % 80));
      while (!d.message_id.empty() && random_() % 3 == 0)
        d.message_id[random_() % d.message_id.size()] = '-';
      if (!d.message_id.empty() && random_() % 4 == 0)
        d.message_id[random_() % d.message_id.size()] = "af0AFg/:`@\xe9"[random_() % 11];
    }
    return d;
  }

  std::vector<decided> many(std::size_t count) {
    std::vector<decided> all(count);
    for (decided& d : all)
      d = next();
    return all;
  }

  std::mt19937_64& random() { return random_; }

 private:
  std::mt19937_64 random_;
};

inline std::vector<decided> decoded(std::string_view block) {
  std::vector<decided> all;
  if (!store::decode_block(block, [&](const store::journal_entry& e) {
        all.push_back(copy_of(e));
        return true;
      }))
    throw std::runtime_error("the block cannot be decoded");
  return all;
}

}  // namespace testing
