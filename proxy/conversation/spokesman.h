// What the gate says back to people, for the senders that are configured so: a confirmation after an opt-out, an
// identity after HELP, a question after an opt-in. It says it through the outbox, from the address the person wrote to,
// once, and never to an address where no person can be: two machines would go on for ever.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "proxy/conversation/message_ids.h"
#include "proxy/conversation/open_questions.h"
#include "proxy/moment.h"
#include "proxy/outbox/outbox.h"
#include "proxy/policy/policy.h"
#include "store/consent_store.h"

namespace proxy {

// Where something was heard. What it refers to is used during the call alone.
struct heard_at {
  const proxy::policy& policy;
  const candidates& bind;
  const transmitter* session;  // it came on; may be null
  moment now;
};

// From whom, to what address, in which language.
struct heard_message {
  store::number who;
  smpp::address from, to;
  std::string language;
  std::string evidence;  // a JSON object
};

// What is left to do when all that goes with it is on disk, or cannot be. Any thread; empty: nothing.
using settlement = std::function<void(bool on_disk)>;

// A person's YES to a question.
struct completed {
  store::pending_opt_in question;
  settlement then;
};

// Any thread.
class spokesman {
 public:
  explicit spokesman(outbox& o) : outbox_(&o) {}

  // Takes over the open questions from the store. Before anything else.
  std::optional<store::failure> begin(store::consent_store& s);

  // An opt-out that reached these senders is about to be recorded: confirms it, when it changes anything, for the first
  // of them that confirms. Called before the store hears of it.
  settlement opted_out(const heard_at& at, const heard_message& m, const std::vector<const sender*>& senders,
                       bool everything);
  // Says who the sender is: once for each number in ten minutes.
  void asked_for_help(const heard_at& at, const heard_message& m, const std::vector<const sender*>& senders);
  // An opt-in word reached a sender whose consent needs a second one: asks, unless the question is open already.
  void asked_to_join(const heard_at& at, const heard_message& m, const sender& s);
  // A YES reached these senders: the question it answers.
  std::optional<completed> said_yes(const heard_at& at, const heard_message& m,
                                    const std::vector<const sender*>& senders);

  // True of a receipt for what the gate itself has sent: it is nobody else's business. `spelling` is that of the
  // upstream it came from, and learns by it.
  bool is_own_receipt(const policy& p, const smpp::message& m, id_spelling& spelling) const;
  // The same for all sessions with an upstream.
  std::shared_ptr<id_spelling> spelling_of(const std::string& upstream);

  void tick(moment now);  // forgets what is old; about once a minute

 private:
  using claim = std::pair<std::uint64_t, std::string>;  // number, scope
  bool may_answer(const heard_at& at, const heard_message& m) const;
  bool changes_something(const heard_at& at, const heard_message& m, const sender& s,
                         const store::scope& covered) const;
  gate_request request(std::string kind, const heard_at& at, const heard_message& m, const sender& s,
                       const spoken_texts& texts);

  outbox* outbox_;
  store::consent_store* store_ = nullptr;
  open_questions questions_;

  std::mutex mutex_;  // of what follows
  std::set<claim> being_recorded_;
  std::set<claim> unconfirmed_;  // could not be recorded: the SMSC delivers it again
  std::map<claim, std::chrono::steady_clock::time_point> helped_;
  std::map<std::string, std::shared_ptr<id_spelling>> spellings_;
};

}  // namespace proxy
