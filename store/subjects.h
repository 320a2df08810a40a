// Under which number the store keeps a person: the number itself, or the hash that has stood for it since it was
// erased, or always a hash where the store keeps no numbers.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>

#include "store/current.h"
#include "store/index.h"
#include "store/number_keys.h"

namespace store {

// Any thread.
class subjects {
 public:
  subjects(const index& known, number_keys keys, bool always_hashed) : known_(known), always_hashed_(always_hashed) {
    use(std::move(keys));
  }

  number of(number who) const;
  // Of anybody (numbers.storage: plain).
  bool keeps_numbers() const { return !always_hashed_; }
  // False: it is the number itself for everybody.
  bool may_be_hashed() const { return always_hashed_ || known_.hashes() > 0; }
  // The verdict about the person, wherever the facts are kept.
  std::optional<finding> judge(number who, const question& q) const {
    if (!always_hashed_) {
      if (auto f = known_.judge(who, q)) return f;
      if (known_.hashes() == 0) return std::nullopt;
    }
    return judge_hashed(who, q);
  }
  // What will stand for the number once it is erased.
  number hash_for(number who) const { return keys()->hashed(who, 0); }
  std::shared_ptr<const number_keys> keys() const { return keys_.load(); }
  void use(number_keys keys) { keys_ = std::make_shared<const number_keys>(std::move(keys)); }

 private:
  std::optional<finding> judge_hashed(number who, const question& q) const;

  const index& known_;
  current<const number_keys> keys_;
  bool always_hashed_;
};

// Takes out of an event about a hashed person what would tell the number: texts that hold its last digits, as they are
// or as octets in hexadecimal. A text that goes leaves its SHA-256 digest.
void depersonalise(event& e, number plain);

}  // namespace store
