// One decision on one destination of a submitted message, as it is handed in and as it is read back, and many of them
// in little memory.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "store/instant.h"
#include "store/number.h"

namespace store {

// A text that many decisions share, by the number it has while the process runs (journal_texts.h).
using text_id = std::uint32_t;

// What both forms have.
struct journal_facts {
  instant at{};                  // when it was decided
  number who;                    // zero when the destination could not be read
  std::string_view destination;  // as it was written, when it could not be read; empty otherwise
  std::uint64_t event = 0;       // the sequence of the event it rested on; 0: none
  bool answered = false;         // the SMSC answered
  std::uint32_t command_status = 0;
  std::string_view message_id;
};

struct journal_line : journal_facts {
  text_id sender = 0, system_id = 0, verdict = 0, reason = 0;
};

// Its texts are good only as long as the visit lasts.
struct journal_entry : journal_facts {
  std::uint64_t position = 0;  // in the whole journal, from 1, in the order in which the decisions were complete
  std::string_view sender, system_id, verdict, reason;
};

// Lines with their texts in one place: adding one allocates nothing once the batch has had its size before.
class journal_batch {
 public:
  static constexpr std::size_t longest_message_id = 64;   // what the specification allows (5.2.23), without its NUL
  static constexpr std::size_t longest_destination = 64;  // longer texts are cut

  void add(const journal_line& l) {
    const std::string_view message_id = l.message_id.substr(0, longest_message_id);
    const std::string_view destination = l.destination.substr(0, longest_destination);
    records_.push_back({l.at, l.who, l.event, l.sender, l.system_id, l.verdict, l.reason, l.command_status,
                        static_cast<std::uint32_t>(texts_.size()), static_cast<std::uint8_t>(message_id.size()),
                        static_cast<std::uint8_t>(destination.size()), l.answered});
    texts_.append(message_id);
    if (!destination.empty()) texts_.append(destination);
  }

  // The texts are good until the next change.
  journal_line operator[](std::size_t at) const {
    const record& r = records_[at];
    const char* const texts = texts_.data() + r.texts;
    return {{r.at,
             r.who,
             {texts + r.message_id, r.destination},
             r.event,
             r.answered,
             r.command_status,
             {texts, r.message_id}},
            r.sender,
            r.system_id,
            r.verdict,
            r.reason};
  }

  void append(const journal_batch& other);
  void drop_front(std::size_t count);
  void clear() {
    records_.clear();
    texts_.clear();
  }
  // Of the message_ids and destinations of these lines.
  std::size_t text_octets(std::size_t first, std::size_t count) const {
    const std::size_t end = first + count < size() ? records_[first + count].texts : texts_.size();
    return end - records_[first].texts;
  }
  std::size_t size() const { return records_.size(); }
  bool empty() const { return records_.empty(); }

 private:
  struct record {
    instant at;
    number who;
    std::uint64_t event;
    text_id sender, system_id, verdict, reason;
    std::uint32_t command_status;
    std::uint32_t texts;  // where its own begin: message_id, then destination
    std::uint8_t message_id, destination;
    bool answered;
  };
  std::vector<record> records_;
  std::string texts_;
};

}  // namespace store
