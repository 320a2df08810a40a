// How often a number has been written to lately: the messages of one sender within its cap's window. Memory is bounded;
// times are passed in.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <chrono>
#include <cstdint>
#include <deque>
#include <mutex>
#include <vector>

#include "store/instant.h"

namespace proxy {

// So many messages to one number in any time of this length.
struct frequency_cap {
  std::uint32_t messages = 1;
  std::chrono::seconds per{0};
  bool operator==(const frequency_cap&) const = default;
};

// A number as a keyed hash (message_memory.h).
using recipient = std::uint64_t;

// Which concatenated message a part belongs to; total 1: it is a message of its own.
struct concatenated {
  std::uint16_t reference = 0;
  std::uint8_t total = 1;
  bool operator==(const concatenated&) const = default;
};

// A message that was counted, or one that is counted no more.
struct frequency_record {
  recipient who = 0;
  std::uint64_t place = 0;  // among the messages of its sender: always higher than that of the one before
  std::uint32_t at = 0;     // seconds since 1970
  concatenated message;
  bool taken_back = false;
};

// Thread safe.
class frequency_memory {
 public:
  // Of a sender: beyond that the oldest are forgotten, and their numbers may be written to again too early. A message
  // takes 24 octets, a number some 50.
  static constexpr std::size_t most_remembered = 20'000'000;

  explicit frequency_memory(std::size_t most = most_remembered) : most_(most) {}

  struct admission {
    bool within = true;    // the cap is not exceeded by it
    bool counted = false;  // take_back() with this place undoes it
    std::uint64_t place = 0;
  };
  // Counts what is within the cap, or, with `even_beyond`, what is not, too. Another part of a message that is counted
  // is within the cap and counts no more.
  admission admit(recipient who, concatenated message, const frequency_cap& cap, store::instant now, bool even_beyond);
  // The message did not go after all. One of which another part went stays counted.
  void take_back(recipient who, std::uint64_t place);

  // What an earlier run of the gate told by take_changes(), in that order.
  void restore(const frequency_record& r);
  // What has happened since the last call; nothing of a million changes that nobody asked for.
  std::vector<frequency_record> take_changes();

  std::size_t size() const;         // messages remembered
  std::uint64_t forgotten() const;  // too early
  std::uint64_t numbers() const;

 private:
  struct counted_message {
    recipient who = 0;
    std::uint64_t place = 0;
    std::uint32_t at = 0;
    bool in_parts = false;
    bool taken_back = false;
  };
  struct history {
    std::uint32_t count = 0;  // messages in the window
    std::uint32_t last_at = 0;
    std::uint64_t last_place = 0;
    concatenated last;
    std::uint8_t parts = 0;  // of the last one, that went
  };

  void forget_old(std::uint32_t now, std::chrono::seconds per);
  void forget_oldest();
  counted_message* find(recipient who, std::uint64_t place);
  void remove_one(recipient who);
  void change(const frequency_record& r);

  mutable std::mutex mutex_;
  std::size_t most_;
  std::uint64_t last_place_ = 0;
  std::deque<counted_message> messages_;  // oldest first
  boost::unordered_flat_map<recipient, history> histories_;
  std::vector<frequency_record> changes_;
  std::uint64_t forgotten_ = 0;
};

}  // namespace proxy
