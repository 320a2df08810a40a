// What has to be known of a message that its SMSC holds, to take it back.
#pragma once

#include <optional>
#include <string>

#include "smpp/message.h"
#include "store/scheduled.h"

namespace proxy {

struct kept_address {
  std::uint8_t ton = 0;
  std::uint8_t npi = 0;
  std::string text;
  smpp::address view() const { return {ton, npi, text}; }
};
kept_address keep(const smpp::address& a);

struct scheduled_message {
  std::string sender;
  std::string system_id;
  std::string message_id;  // empty: it goes to others, too, and only its addresses tell it
  kept_address source;
  kept_address destination;  // empty where the store keeps no numbers
  std::uint8_t esm_class = 0;
  std::uint8_t data_coding = 0;
};

// By which the store finds a message: never 0.
std::uint64_t handle_of(std::string_view system_id, std::string_view message_id);

// As the store keeps it.
store::scheduled pack(store::number who, store::instant due, const scheduled_message& m);
// Nothing when it is not what pack() has made.
std::optional<scheduled_message> unpack(const store::scheduled& s);

// The cancel_sm. Empty when too little is known.
smpp::buffer cancel(const scheduled_message& m);

}  // namespace proxy
