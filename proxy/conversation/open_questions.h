// Double opt-in: the questions that persons have been asked and not answered, for a day. The store keeps them, too, so
// that a restart loses none.
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

  // Remembers a question, unless one is open already between the two; it is the caller's to have the store keep what
  // this returns.
  std::optional<store::pending_opt_in> ask(store::number who, const sender& s, std::string wording,
                                           std::string evidence, store::instant now);
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
  bool is_open(const store::pending_opt_in& p, const sender& s, store::instant now) const;
  void insert(store::pending_opt_in p);
  void erase(std::map<key, store::pending_opt_in>::iterator it);

  std::size_t capacity_;
  store::consent_store* store_ = nullptr;
  std::mutex mutex_;
  std::map<key, store::pending_opt_in> all_;  // by the number the person is kept under
  std::set<std::pair<store::instant, key>> by_age_;
};

}  // namespace proxy
