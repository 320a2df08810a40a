// The ids by which answers and receipts name a message, and whether two of them name the same.
//
// Some SMSCs write an id in hexadecimal in one place and in decimal in the other. Taken for one, "10" and "16" could
// be two messages to the same person. So each upstream is watched until it has shown how it writes them.
#pragma once

#include <array>
#include <atomic>
#include <mutex>
#include <string>
#include <string_view>

#include "smpp/message.h"
#include "store/number.h"

namespace proxy {

// The id of the message that a receipt is about, from receipted_message_id or from its text (appendix B); empty when
// it has none. A receipt that hides its class is known by how its text begins.
std::string_view receipted_id(const smpp::message& receipt);

// Letters of either case, leading zeros or none.
bool same_id(std::string_view a, std::string_view b);
// One of them is the other in hexadecimal.
bool same_id_in_another_base(std::string_view a, std::string_view b);

// How one upstream writes ids in receipts, as far as is known: it is learnt from what senders submit and get receipts
// for. Any thread.
class id_spelling {
 public:
  // Nothing more is to be learnt.
  bool is_known() const { return known_ != known::not_yet; }
  // An answer has given this id to a sender's message to this number; a receipt about a message to it has come.
  void given(store::number to, std::string_view id);
  void receipted(store::number to, std::string_view id);
  // Whether an id in a receipt may be one in an answer in another base.
  bool may_change_base() const { return known_ != known::alike; }

 private:
  enum class known : std::uint8_t { not_yet, alike, another_base };
  struct example {
    store::number to;
    std::string id;
  };
  example& place_of(store::number to) { return given_[to.digits % given_.size()]; }

  std::atomic<known> known_{known::not_yet};
  std::mutex mutex_;
  std::array<example, 256> given_;  // the last of each; those of other numbers push them out
};

}  // namespace proxy
