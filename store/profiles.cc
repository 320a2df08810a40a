#include "store/profiles.h"

#include <boost/container_hash/hash.hpp>

namespace store {
namespace {

constexpr std::chrono::microseconds day = std::chrono::days{1};

}  // namespace

// Lists say either how long a consent lasts, which gives whole days after the act, or one date for all.
profile profile::of(const fact& f) {
  profile p;
  p.scope = f.scope;
  p.source = f.source;
  p.opt_out = f.opt_out;
  p.by_reply = f.by_reply;
  p.reassigned = f.reassigned;
  if (f.expires_at) {
    const std::chrono::microseconds after = *f.expires_at - f.occurred_at;
    const bool whole_days = after % day == std::chrono::microseconds{0};
    p.expiry_kind = whole_days ? expiry::after_the_act : expiry::at;
    p.expires = whole_days ? after.count() : f.expires_at->time_since_epoch().count();
  }
  return p;
}

fact profile::with(instant occurred_at, std::uint64_t sequence) const {
  fact f;
  f.occurred_at = occurred_at;
  const std::chrono::microseconds when{expires};
  if (expiry_kind == expiry::after_the_act) f.expires_at = occurred_at + when;
  if (expiry_kind == expiry::at) f.expires_at = instant{when};
  f.sequence = sequence;
  f.scope = scope;
  f.source = source;
  f.opt_out = opt_out;
  f.by_reply = by_reply;
  f.reassigned = reassigned;
  return f;
}

std::size_t hash_value(const profile& p) {
  std::size_t h = 0;
  boost::hash_combine(h, p.expires);
  boost::hash_combine(h, p.scope);
  boost::hash_combine(h, p.source);
  const auto flags = static_cast<unsigned>(p.expiry_kind) << 3U | unsigned{p.opt_out} << 2U |
                     unsigned{p.by_reply} << 1U | unsigned{p.reassigned};
  boost::hash_combine(h, flags);
  return h;
}

profiles::profiles() : all_(std::make_unique_for_overwrite<profile[]>(most)) {}

profile_id profiles::intern(const profile& p) {
  const std::lock_guard lock(mutex_);
  if (const auto found = known_.find(p); found != known_.end()) return found->second;
  if (known_.size() == most) return none;
  const auto id = static_cast<profile_id>(known_.size());
  all_[id] = p;
  known_.emplace(p, id);
  count_ = known_.size();
  return id;
}

}  // namespace store
