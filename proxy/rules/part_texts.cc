#include "proxy/rules/part_texts.h"

#include <algorithm>

namespace proxy {
namespace {

constexpr std::size_t remembered_messages = 20000;
constexpr std::chrono::hours remembered_for{24};
constexpr std::size_t most_of_a_message = 8192;  // octets; sixteen parts of 160 characters of three octets fit in

// What is needed of a part: the way out itself when it has one, all of it, or both its ends.
std::string kept_of(const ways_out& known, std::string text, std::uint8_t total) {
  if (const auto found = known.in(text)) return " " + std::string(*found) + " ";
  const std::size_t most = most_of_a_message / total;
  if (text.size() <= most) return text;
  return text.substr(0, most / 2) + " " + text.substr(text.size() - most / 2);
}

}  // namespace

part_texts::part_texts() : parts_(remembered_messages, remembered_for) {}

bool part_texts::may_pass(const ways_out& known, std::string_view source, std::string_view destination,
                          const smpp::concatenation& which, std::string text,
                          std::chrono::steady_clock::time_point now) {
  std::string kept = kept_of(known, std::move(text), which.total);
  smpp::reassembler::joined whole;
  {
    const std::lock_guard lock(mutex_);
    whole = parts_.add(source, destination, which, std::move(kept), now);
  }
  return !whole.complete || known.in(whole.text).has_value();
}

}  // namespace proxy
