// Joins the parts of concatenated messages, in whatever order and on whichever bind they arrive.
#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <string>
#include <tuple>

#include "smpp/text.h"

namespace smpp {

// Not thread safe. Memory is bounded: the oldest message is forgotten when there are more than `capacity`, and any
// after `lifetime`.
class reassembler {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  reassembler(std::size_t capacity, std::chrono::seconds lifetime);

  struct joined {
    std::string text;       // UTF-8 of the parts that have come so far, in order
    bool complete = false;  // every part is in it
  };

  // `part` is decoded already. A part that comes twice replaces itself, also after the message was complete: an SMSC
  // sends a part again when it was not acknowledged.
  joined add(std::string_view source_addr, std::string_view destination_addr, const concatenation& which,
             std::string part, time_point now);

  std::size_t size() const { return known_.size(); }

 private:
  using key = std::tuple<std::string, std::string, std::uint16_t, std::uint8_t>;
  struct message_parts {
    std::map<std::uint8_t, std::string> parts;
    time_point first_seen;
  };
  using messages = std::map<key, message_parts>;

  void forget_old(time_point now);
  void forget_oldest();

  std::size_t capacity_;
  std::chrono::seconds lifetime_;
  messages known_;
  std::deque<messages::iterator> by_age_;  // oldest first
};

}  // namespace smpp
