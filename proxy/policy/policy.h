// Who sends, to whom, and whether it may: an immutable snapshot of the configuration, resolved for the path of a
// message. A reload makes a new one.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "proxy/config/config.h"
#include "proxy/observe/metrics.h"
#include "proxy/observe/refusal_log.h"
#include "proxy/policy/address_book.h"
#include "proxy/reason.h"
#include "proxy/rules/message_memory.h"
#include "smpp/message.h"
#include "smpp/text.h"
#include "store/consent_store.h"
#include "store/number_reader.h"

namespace proxy {

// One sender with everything a verdict needs.
struct sender {
  const sender_config* configured = nullptr;  // null: the configuration does not name it
  std::string name;
  std::string group;
  store::scope_id own_scope = 0;
  store::scope_id group_scope = 0;
  policy_kind kind = policy_kind::opt_in;
  policy_mode mode = policy_mode::enforce;
  bool observe_opt_outs = false;
  std::chrono::months consent_life{36};
  store::text_id journal_name = 0;
  const message_rules* rules = nullptr;         // of the configuration; none for most
  std::shared_ptr<frequency_memory> frequency;  // when there is a cap
  std::shared_ptr<rate_limiter> rate;           // when there is a limit
  std::shared_ptr<metrics::submit_counters> submits;
  std::shared_ptr<refusal_log::tally> refusals;
};

struct decision {
  proxy::verdict verdict = verdict::refused;
  proxy::reason reason = reason::none;
  std::uint64_t event = 0;  // the sequence of the event it rests on; 0: none
};

// A message whose recipient consented, as the rules about messages look at it.
struct asked_message {
  const smpp::message* message = nullptr;  // all but its destination_addr
  store::number who;
  smpp::default_alphabet alphabet{};
  store::instant now{};
  std::chrono::steady_clock::time_point steady;
};

// A message that counts towards a cap.
struct counted_message {
  std::shared_ptr<frequency_memory> by;
  recipient who = 0;
  std::uint64_t place = 0;

  void take_back() {
    if (by) by->take_back(who, place);
    by.reset();
  }
};

// The senders that name a bind's system_id, in the order of the configuration; never empty.
struct candidates {
  std::string system_id;
  store::text_id journal_system_id = 0;
  std::vector<const sender*> senders;
  std::shared_ptr<const sender> unnamed;  // keeps alive the sender of a system_id that the configuration does not name
};

class policy {
 public:
  // The store, the metrics and the log outlive the policy; the memory outlives it when the next one is to have it, too.
  policy(std::shared_ptr<const config> c, store::consent_store& store, metrics& m, refusal_log& log,
         std::shared_ptr<message_memory> memory = std::make_shared<message_memory>());

  // A system_id that no sender names becomes a sender of that name, in a group of that name, under policy.default.
  candidates candidates_for(const std::string& system_id) const;

  // The sender a submission belongs to by its source_addr; nullptr when that address belongs to others alone
  // (sender_mismatch). `channel` becomes what remember() wants when several senders use the address, 0 otherwise.
  const sender* sender_of(const candidates& c, const smpp::address& source_addr,
                          store::channel_id* channel = nullptr) const;
  // That a message went to this number through an address that several senders use.
  void remember(store::number to, store::channel_id channel, store::instant now) const {
    store_->wrote(to, channel, now);
  }

  // The senders a reply belongs to: all that list the address the person wrote to, those of the bind it arrived on
  // first; the first of that bind when nobody lists the address. Never empty.
  std::vector<const sender*> senders_of_reply(const candidates& c, const smpp::address& destination_addr) const;

  // Of several senders that list the address, those that wrote to this number from it lately, in the same order; none
  // when that is not known, or when the address has fewer users.
  std::vector<const sender*> writers_to(store::number who, const candidates& c, const smpp::address& destination_addr,
                                        store::instant now) const;

  // Of this bind's senders the one that the journal knows under this name; nullptr when it is one no more.
  const sender* sender_journalled_as(const candidates& c, store::text_id name) const;
  bool has_opted_out_of(const sender& s, store::number who) const { return store_->opted_out_of(who, s.own_scope); }
  // Whether an address is one that senders write from: no person's.
  bool is_own(const smpp::address& a) const;

  // By its name in the configuration; a name that is not there is a sender of that name, like an unnamed system_id.
  std::shared_ptr<const sender> sender_named(const std::string& name) const;

  decision decide(const sender& s, const smpp::address& destination, store::instant now) const;
  decision decide(const sender& s, const std::optional<store::number>& destination, store::instant now) const {
    return decide(s, destination, now, now);
  }
  // `due`: when it is delivered, by which a consent may have ended.
  decision decide(const sender& s, const std::optional<store::number>& destination, store::instant now,
                  store::instant due) const;
  // What the messages of one sender have in common at one moment, to decide on many: as decide() does on each, which
  // are to numbers and delivered at once.
  struct standing_question {
    const sender* from = nullptr;
    bool open = false;       // the sender needs no consent
    bool available = false;  // the store is
    store::question asked{};
  };
  standing_question ask_for(const sender& s, store::instant now) const;
  decision decide(const standing_question& q, store::number destination) const {
    if (q.open) return {verdict::forwarded, reason::none, 0};
    if (!q.available) return apply_mode(*q.from, reason::store_unavailable);
    return decide(*q.from, store_->judge(destination, q.asked));
  }
  // `now`, or later when the SMSC is to deliver later.
  static store::instant due(std::string_view schedule_delivery_time, store::instant now);
  // For a sender with rules, once consent allows: what its rules make of the message. `counted` says what to take back
  // when it does not go in the end.
  decision judge_message(const sender& s, const decision& consented, const asked_message& a,
                         counted_message& counted) const;
  // The same of what replaces a message that went: its text and, when it has one, its time. It counts towards no cap:
  // the message does already.
  decision judge_replacement(const sender& s, const decision& consented, const asked_message& a) const;
  // What quiet hours alone make of any message then.
  decision judge_hours(const sender& s, const decision& consented, store::number who, store::instant at) const;
  // The number will be asked about soon.
  void expect(store::number who) const { store_->expect(who); }
  // What comes of what the store finds about the number.
  decision decide(const sender& s, const store::finding& found) const {
    if (found.result == store::standing::allowed) return {verdict::forwarded, reason::none, found.sequence};
    return refuse(s, found);
  }
  // What mode makes of a reason found outside the store: sender_mismatch, unverifiable_destination.
  decision apply_mode(const sender& s, reason r, std::uint64_t event = 0) const;

  std::optional<store::number> read_number(const smpp::address& a) const {
    return numbers_.read(a.text, kind_of(a.ton));
  }
  smpp::command_status status_of(reason r) const;
  // What the SMSC holds until later, in case its recipient opts out or its sender replaces it. False when there is too
  // much of it.
  bool keep_scheduled(store::scheduled s) const { return store_->keep_scheduled(std::move(s)); }
  std::optional<store::scheduled> find_scheduled(std::uint64_t handle) const {
    return store_->scheduled_ones().find(handle);
  }
  void move_scheduled(std::uint64_t id, store::instant due) const { store_->scheduled_ones().move(id, due); }
  bool cancels_scheduled() const { return config_->cancel_scheduled; }
  // As which a number stands in counted_message.
  recipient recipient_of(store::number who) const { return memory_->recipient_of(who); }
  bind_counts& binds() const { return memory_->binds; }
  bind_attempts& attempts() const { return memory_->attempts; }
  bool hears_carriers() const { return hears_carriers_; }
  bool speaks() const { return speaks_; }  // the gate says something to people for some sender
  // The languages, and what the operator adds.
  const classifier& understanding() const { return *understanding_; }

  bool journals() const { return config_->journal_retention.count() != 0; }
  store::text_id journal_text(verdict v) const { return verdict_texts_[static_cast<std::size_t>(v)]; }
  store::text_id journal_text(reason r) const { return reason_texts_[static_cast<std::size_t>(r)]; }
  store::scope stop_scope(const sender& s) const;  // what a bare STOP to this sender covers
  const config& settings() const { return *config_; }

 private:
  using owners = std::vector<const sender*>;  // in the order of the configuration
  struct users_of_address {
    owners senders;
    std::vector<store::channel_id> channels;  // of each of them
  };
  using channels_of_addresses = std::map<std::string, std::vector<store::channel_id>>;
  decision refuse(const sender& s, const store::finding& found) const;
  void add_address(const std::string& address, const sender& s, channels_of_addresses& all);
  void use_addresses(channels_of_addresses all);
  std::shared_ptr<sender> make_sender(const std::string& name, const std::string& group) const;

  std::shared_ptr<const config> config_;
  store::consent_store* store_;
  metrics* metrics_;
  refusal_log* refusal_log_;
  std::shared_ptr<message_memory> memory_;
  std::vector<std::shared_ptr<sender>> senders_;
  std::unordered_map<std::string, owners> by_system_id_;
  store::number_reader numbers_;
  address_book<users_of_address> by_address_;
  std::unordered_map<store::channel_id, store::instant> unseen_until_;  // may have been used, whatever is remembered
  bool hears_carriers_;
  bool speaks_;
  std::shared_ptr<const classifier> understanding_;
  std::array<store::text_id, verdict_count> verdict_texts_{};
  std::array<store::text_id, reason_count> reason_texts_{};
};

}  // namespace proxy
