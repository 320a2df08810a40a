// What people write back: a deliver_sm or data_sm from the SMSC, made into the events it stands for. Shared by all
// sessions, since the parts of one message may come on different binds.
#pragma once

#include <mutex>
#include <vector>

#include "proxy/conversation/spokesman.h"
#include "proxy/observe/metrics.h"
#include "proxy/policy/policy.h"
#include "smpp/reassembler.h"
#include "smpp/text.h"

namespace proxy {

// What is to be put on record of a person's message before the SMSC hears that it was received, and what follows then.
struct reply {
  std::vector<store::event> events;
  settlement then;
  bool goes_on_record() const { return !events.empty(); }
};

class replies {
 public:
  replies(metrics& m, spokesman& s);

  // What `pdu`, decoded as `m`, stands for: nothing for what is not a person's message, or means nothing. An opt-out
  // yields one event for each scope it covers; an opt-in one for the sender the person wrote to. Of several senders
  // that use the address those count that wrote to the person from it lately. The times and ids of events are the
  // store's to give. Help is answered without further ado, and so is an opt-in that a question comes first of. Thread
  // safe.
  reply read(const heard_at& at, smpp::octets pdu, const smpp::message& m, smpp::default_alphabet alphabet);

  // True of a receipt for what the gate itself has sent: answered here, and nobody else's. Thread safe.
  bool is_own_receipt(const policy& p, const smpp::message& m, id_spelling& spelling) const {
    return spokesman_->is_own_receipt(p, m, spelling);
  }
  std::shared_ptr<id_spelling> spelling_of(const endpoint& upstream) const {
    return spokesman_->spelling_of(to_string(upstream));
  }

 private:
  struct reading {
    std::string text;
    bool complete = true;
  };
  reading text_of(const smpp::message& m, store::number who, smpp::default_alphabet alphabet,
                  std::chrono::steady_clock::time_point now);
  reply opt_out(const heard_at& at, const heard_message& heard, const std::vector<const sender*>& senders,
                bool everything);
  reply opt_in(const heard_at& at, const heard_message& heard, const sender& to);
  reply yes(const heard_at& at, const heard_message& heard, const std::vector<const sender*>& senders);

  metrics* metrics_;
  spokesman* spokesman_;
  std::mutex mutex_;
  smpp::reassembler parts_;
};

}  // namespace proxy
