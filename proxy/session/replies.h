// What people write back: a deliver_sm or data_sm from the SMSC, made into the events it stands for. Shared by all
// sessions, since the parts of one message may come on different binds.
#pragma once

#include <mutex>
#include <vector>

#include "proxy/observe/metrics.h"
#include "proxy/policy/policy.h"
#include "smpp/reassembler.h"
#include "smpp/text.h"

namespace proxy {

class replies {
 public:
  explicit replies(metrics& m);

  // The events that `pdu`, decoded as `m`, stands for: none for what is not a person's message, or means nothing. An
  // opt-out yields one event for each scope it covers, an opt-in one for the sender the person wrote to. Their times
  // and ids are the store's to give. Of several senders that use the address those count that wrote to the person from
  // it lately. Thread safe.
  std::vector<store::event> read(const policy& p, const candidates& c, smpp::octets pdu, const smpp::message& m,
                                 smpp::default_alphabet alphabet, std::chrono::steady_clock::time_point now,
                                 store::instant wall);

 private:
  struct reading {
    std::string text;
    bool complete = true;
  };
  reading text_of(const smpp::message& m, store::number who, smpp::default_alphabet alphabet,
                  std::chrono::steady_clock::time_point now);

  metrics* metrics_;
  std::mutex mutex_;
  smpp::reassembler parts_;
};

}  // namespace proxy
