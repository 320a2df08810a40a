// Double opt-in: the questions that persons have been asked and not answered, for a day. One is open once an SMSC has
// taken it, and no earlier: nobody says yes to what was never asked. From then on the store keeps it, too, so that a
// restart loses none.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <set>

#include "proxy/policy/policy.h"
#include "store/consent_store.h"

namespace proxy {

// Any thread.
class open_questions {
 public:
  explicit open_questions(std::size_t capacity = 20000) : capacity_(capacity) {}

  // Takes over what the store has kept. Before anything else.
  std::optional<store::failure> begin(store::consent_store& s);

  // A question is about to be sent. False when one is already, or is open between the two.
  bool ask(store::number who, const sender& s, std::string wording, std::string evidence, store::instant now);
  // Whether it is still to be sent: the person may have written something else meanwhile.
  bool is_wanted(store::number who, const sender& s, store::instant now);
  // It was sent: it is open.
  void asked(store::number who, const sender& s, store::instant now);
  // The open question of one of these senders, the last one asked; it is open no more.
  std::optional<store::pending_opt_in> answer(store::number who, const std::vector<const sender*>& senders,
                                              store::instant now);
  // What became of the answer: recorded, the question is gone from the store, too; otherwise it is open again.
  void answered(store::pending_opt_in p, bool on_disk);
  // Forgets it, in the store, too.
  void close(store::number who, const std::string& sender);
  void close_old(store::instant now);

 private:
  using key = std::pair<std::uint64_t, std::string>;
  struct question {
    store::pending_opt_in what;
    bool asked = true;
  };
  bool still_stands(const store::pending_opt_in& p, const sender& s, store::instant now) const;
  void insert(question q);
  void erase(std::map<key, question>::iterator it);

  std::size_t capacity_;
  store::consent_store* store_ = nullptr;
  std::mutex mutex_;
  std::map<key, question> all_;  // by the number the person is kept under
  std::set<std::pair<store::instant, key>> by_age_;
};

}  // namespace proxy
