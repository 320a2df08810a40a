// The texts of concatenated messages, put together as their parts go by, to tell whether the whole offers a way out.
#pragma once

#include <mutex>
#include <string>

#include "proxy/rules/ways_out.h"
#include "smpp/reassembler.h"

namespace proxy {

// Thread safe. A part goes while the message is not complete: what it lacks may be in those to come. The part that
// completes a message without a way out does not. Bounded: messages whose rest does not come are forgotten, after a
// day or when there are too many, and of very long ones only the edges of their parts are kept.
class part_texts {
 public:
  part_texts();

  bool may_pass(const ways_out& known, std::string_view source, std::string_view destination,
                const smpp::concatenation& which, std::string text, std::chrono::steady_clock::time_point now);

 private:
  std::mutex mutex_;
  smpp::reassembler parts_;
};

}  // namespace proxy
