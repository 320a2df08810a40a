#include "store/index_shard.h"

#include <algorithm>
#include <utility>

namespace store {
namespace {

constexpr std::size_t least_buckets = 3;
constexpr std::size_t small_buckets = 512;  // 1,400 numbers: twice a thousand shards of that size are 64 MB at most

// Odd: every step, a power of two, comes past all of them.
constexpr std::size_t odd(std::size_t n) {
  return n | 1U;
}

}  // namespace

void index_shard::begin(profiles& all, huge_memory& shared, index_whereabouts& whereabouts) {
  profiles_ = &all;
  shared_ = &shared;
  whereabouts_ = &whereabouts;
}

// Nine tenths full: 23.7 octets a number.
std::size_t index_shard::buckets_for(std::uint64_t numbers) {
  return odd(std::max<std::size_t>(numbers * 10 / (9 * index_bucket::slots), least_buckets));
}

void index_shard::use(std::span<index_bucket> buckets) {
  buckets_ = buckets;
  whereabouts_->buckets.store(buckets.data(), std::memory_order_relaxed);
  whereabouts_->count.store(static_cast<std::uint32_t>(buckets.size()), std::memory_order_relaxed);
}

// A slot for a number that has none. There is always an empty one.
index_shard::place index_shard::insert(number who, const index_path& path) {
  ++used_;
  std::size_t at = path.first(buckets_.size());
  for (;;) {
    index_bucket& b = buckets_[at];
    for (std::size_t slot = 0; slot < index_bucket::slots; ++slot) {
      if (b.keys[slot] != 0) continue;
      b.keys[slot] = who.digits;
      return {&b, slot};
    }
    b.displaced |= path.mark();
    at += path.step();
    while (at >= buckets_.size())
      at -= buckets_.size();
  }
}

std::span<const fact> index_shard::several(const place& p) const {
  return several_[p.bucket->sequence_of(p.slot)];
}

fact index_shard::get(const place& p) const {
  return (*profiles_)[p.bucket->profile_of(p.slot)].with(p.bucket->time_of(p.slot), p.bucket->sequence_of(p.slot));
}

// By an eighth once it is worth saving: little is empty for long.
void index_shard::grow() {
  const std::size_t more = buckets_.size() < small_buckets ? buckets_.size() : buckets_.size() / 8;
  const std::size_t count = odd(std::max(buckets_.size() + more, least_buckets));
  const std::unique_ptr<index_bucket[]> old_own = std::exchange(own_, std::make_unique<index_bucket[]>(count));
  const std::span<index_bucket> old = buckets_;
  use({own_.get(), count});
  used_ = 0;
  for (const index_bucket& b : old) {
    for (std::size_t slot = 0; slot < index_bucket::slots; ++slot) {
      if (b.keys[slot] == 0) continue;
      const number who{b.keys[slot]};
      move({&b, slot}, insert(who, index_path(who)));
    }
  }
  if (!old_own && !old.empty()) shared_->release(old.data(), old.size_bytes());
}

void index_shard::move(const place& from, const place& to) {
  const index_bucket& b = *from.bucket;
  writable(to).put(to.slot, b.profile_of(from.slot),
                   static_cast<std::uint64_t>(b.times[from.slot]) & index_bucket::most_time, b.sequence_of(from.slot));
}

void index_shard::merge(number who, const index_path& path, const fact& f) {
  place at = find(who, path);
  if (!at) {
    if (is_full()) grow();
    at = insert(who, path);
    return fill(at, {f});
  }
  if (at.bucket->profile_of(at.slot) == profiles::none) {
    store::merge(several_[at.bucket->sequence_of(at.slot)], f);
    return;
  }
  std::vector<fact> known{get(at)};
  if (store::merge(known, f)) fill(at, std::move(known));
}

void index_shard::fill(const place& at, std::vector<fact> known) {
  index_bucket& b = writable(at);
  if (known.size() == 1 && index_bucket::fits(known.front())) {
    const fact& f = known.front();
    if (const profile_id p = intern(profile::of(f)); p != profiles::none) {
      b.put(at.slot, p, static_cast<std::uint64_t>(f.occurred_at.time_since_epoch().count()), f.sequence);
      return;
    }
  }
  b.put(at.slot, profiles::none, 0, several_.size());
  several_.push_back(std::move(known));
}

profile_id index_shard::intern(const profile& p) {
  if (latest_ == profiles::none || (*profiles_)[latest_] != p) latest_ = profiles_->intern(p);
  return latest_;
}

// What is left behind among the several stays there, empty: this is rare.
void index_shard::replace(number who, const index_path& path, std::vector<fact> known) {
  const place at = find(who, path);
  if (!at) {
    for (const fact& f : known)
      merge(who, path, f);
    return;
  }
  if (at.bucket->profile_of(at.slot) == profiles::none) several_[at.bucket->sequence_of(at.slot)] = {};
  if (!known.empty()) return fill(at, std::move(known));
  --used_;
  writable(at).keys[at.slot] = 0;
}

std::uint64_t index_shard::octets() const {
  std::uint64_t sum = buckets_.size_bytes() + several_.capacity() * sizeof(std::vector<fact>);
  for (const auto& facts : several_)
    sum += facts.capacity() * sizeof(fact);
  return sum;
}

}  // namespace store
