// What very many facts have in common, kept once: scope, source, kind, and how the expiry follows. A list of millions
// has a few thousand of them at most.
#pragma once

#include <atomic>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <memory>
#include <mutex>

#include "store/precedence.h"

namespace store {

using profile_id = std::uint16_t;

struct profile {
  enum class expiry : std::uint8_t { none, after_the_act, at };

  std::int64_t expires = 0;  // microseconds after the act, or after 1970
  scope_id scope = scope_all;
  source_id source = 0;
  expiry expiry_kind = expiry::none;
  bool opt_out = false;
  bool by_reply = false;
  bool reassigned = false;

  static profile of(const fact& f);
  fact with(instant occurred_at, std::uint64_t sequence) const;
  // Whether judge() allows what is asked about a number of which this act is all that is known. False: perhaps.
  bool plainly_allows(instant occurred_at, const recalls& recalled, const question& q) const {
    if (opt_out || reassigned || q.rule != consent_rule::opt_in || occurred_at > q.now) return false;
    if (scope != scope_all && scope != q.group && scope != q.sender) return false;
    if (recalled.find(source) != nullptr) return false;
    switch (expiry_kind) {
      case expiry::none:  // no month has less than 28 days
        return q.life.count() == 0 || q.now - occurred_at < std::chrono::days{28} * q.life.count();
      case expiry::after_the_act:
        return occurred_at + std::chrono::microseconds{expires} > q.now;
      case expiry::at:
        return instant{std::chrono::microseconds{expires}} > q.now;
    }
    return false;
  }
  bool operator==(const profile&) const = default;
};
std::size_t hash_value(const profile& p);

// Any thread. Who reads by an id got it from intern(), or from who did and passed it on under a lock.
class profiles {
 public:
  static constexpr std::size_t most = 65535;
  static constexpr profile_id none = most;

  profiles();

  const profile& operator[](profile_id id) const { return all_[id]; }
  profile_id intern(const profile& p);  // none: there is no more room
  std::size_t octets() const { return count_ * sizeof(profile); }

 private:
  std::unique_ptr<profile[]> all_;  // never moves
  std::atomic<std::size_t> count_{0};
  std::mutex mutex_;
  boost::unordered_flat_map<profile, profile_id> known_;
};

}  // namespace store
