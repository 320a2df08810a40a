// The messages that the gate itself has sent, for as long as receipts may come for them: those stay here, too.
#pragma once

#include <atomic>
#include <chrono>
#include <deque>
#include <mutex>
#include <string>
#include <unordered_map>

#include "smpp/message.h"
#include "store/number.h"

namespace proxy {

// Whether two message_ids are one: SMSCs write an id in hexadecimal in one place and in decimal in another, and with
// or without leading zeros.
bool same_message_id(std::string_view a, std::string_view b);

// The id of the message that a receipt is about, from receipted_message_id or from its text (appendix B); empty when
// it has none. A receipt that hides its class is known by how its text begins.
std::string_view receipted_id(const smpp::message& receipt);

// Any thread.
class sent_messages {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  explicit sent_messages(std::size_t capacity = 100000) : capacity_(capacity) {}

  // `to` is the person it went to.
  void add(store::number to, std::string message_id, time_point now);
  // Cheap while there is nothing to find.
  bool empty() const { return size_ == 0; }
  bool contains(store::number to, std::string_view message_id) const;
  void forget_old(time_point now);

 private:
  void forget_oldest();

  struct aged {
    store::number to;
    time_point since;
  };
  std::size_t capacity_;
  std::atomic<std::size_t> size_{0};
  mutable std::mutex mutex_;
  std::unordered_map<std::uint64_t, std::deque<std::string>> by_number_;  // oldest first
  std::deque<aged> by_age_;
};

}  // namespace proxy
