// Everything that is known about one person: what was sent and refused, on which ground, each consent and opposition
// with its proof, and whether the ledger that says so is whole.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "proxy/report/effect.h"
#include "store/consent_store.h"

namespace proxy {

struct dossier {
  // One decision on a message to the person.
  struct message {
    store::instant at{};
    std::string sender, system_id, verdict, reason;
    std::uint64_t event = 0;  // that it rested on; 0: none
    bool answered = false;    // the SMSC answered
    std::uint32_t command_status = 0;
    std::string message_id;
  };
  struct event {
    store::event what;
    proxy::effect effect;
    // Of an opt-out: what was let through between the person's act and its effect, by the senders it concerns.
    std::uint64_t sent_meanwhile = 0;
  };
  struct month_counts {
    std::uint64_t forwarded = 0, refused = 0, observed = 0;
  };
  // The ledger's head with the gate's signature, as it may be deposited elsewhere.
  struct signed_head {
    std::string statement, signature, public_key;
  };

  store::instant made_at{};
  std::string number;   // the digits asked for
  std::string kept_as;  // what stands for them in the store, when that is not the number itself
  std::vector<event> events;
  std::vector<store::event> recalls;  // with their corrections, of the sources that the person's consents came from

  std::vector<message> messages;                             // the oldest of them
  std::map<std::chrono::year_month, month_counts> by_month;  // of all
  std::uint64_t message_count = 0;                           // of all
  std::optional<store::instant> journal_begins;              // its oldest decision, about anybody

  store::verification chain;
  store::ledger_head head;
  store::access_head access;  // the end of the record of access, signed with it
  std::optional<signed_head> signature;
};

class dossier_maker {
 public:
  static constexpr std::size_t most_messages = 100000;  // listed one by one

  // The store outlives it.
  dossier_maker(const store::consent_store& s, store::number who, group_of_sender group_of, life_of_scope life_of,
                store::instant now);

  // Reads on, for some ten milliseconds. Whether all has been read: then take() gives it.
  std::variant<bool, store::failure> step();
  dossier take() { return std::move(made_); }

 private:
  std::optional<store::failure> read_events();
  std::optional<store::failure> read_messages();
  std::optional<store::failure> verify();
  void add(const store::journal_entry& e);

  const store::consent_store& store_;
  store::number who_;
  group_of_sender group_of_;
  life_of_scope life_of_;
  enum class part { events, messages, chain, done };
  part part_ = part::events;
  store::journal_place place_;
  dossier made_;
};

}  // namespace proxy
