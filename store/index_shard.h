// A part of the index under one lock: a table of buckets, filled up to nine tenths and more.
#pragma once

#include <atomic>
#include <memory>
#include <span>
#include <vector>

#include "store/huge_memory.h"
#include "store/index_bucket.h"
#include "store/spin_lock.h"

namespace store {

// Where a number's bucket is. A bucket that is full sends on to another, always the same number of buckets further.
struct index_path {
  explicit index_path(number n) {  // the finaliser of MurmurHash3
    std::uint64_t h = n.digits;
    h = (h ^ h >> 33U) * 0xff51afd7ed558ccdULL;
    h = (h ^ h >> 33U) * 0xc4ceb9fe1a85ec53ULL;
    hash = h ^ h >> 33U;
  }

  std::size_t shard(unsigned bits) const { return hash >> (64U - bits); }
  std::size_t first(std::size_t buckets) const { return (hash & 0xffffffffU) * buckets >> 32U; }
  std::size_t step() const { return std::size_t{1} << (hash >> 32U & 7U); }
  std::uint8_t mark() const { return static_cast<std::uint8_t>(1U << (hash >> 36U & 7U)); }

  std::uint64_t hash;
};

// Where a shard's buckets are, for a prefetch: read without its lock, so it may be out of date, which a hint may be.
// Apart from the shards, since all of these fit into the nearest cache.
struct index_whereabouts {
  std::atomic<const index_bucket*> buckets{nullptr};
  std::atomic<std::uint32_t> count{0};
};

// Everything under `lock`, but for what is done before the shard is shared.
class alignas(64) index_shard {
 public:
  void begin(profiles& all, huge_memory& shared, index_whereabouts& whereabouts);
  void use(std::span<index_bucket> buckets);  // empty, buckets_for() in number, in what is shared
  static std::size_t buckets_for(std::uint64_t numbers);

  // Nothing when the number is not known.
  std::optional<finding> judge(number who, const index_path& path, const recalls& recalled, const question& q) const {
    const place found = find(who, path);
    if (!found) return std::nullopt;
    const profile_id p = found.bucket->profile_of(found.slot);
    if (p == profiles::none) return store::judge(several(found), recalled, q);
    if ((*profiles_)[p].plainly_allows(found.bucket->time_of(found.slot), recalled, q))
      return finding{standing::allowed, found.bucket->sequence_of(found.slot)};
    const fact only = get(found);
    return store::judge(std::span<const fact>(&only, 1), recalled, q);
  }
  // Calls `use` with the facts of the number, none if it is not known.
  template <class F>
  auto with_facts(number who, const index_path& path, F use) const {
    const place found = find(who, path);
    if (!found) return use(std::span<const fact>());
    if (found.bucket->profile_of(found.slot) == profiles::none) return use(several(found));
    const fact only = get(found);
    return use(std::span<const fact>(&only, 1));
  }
  // Calls `use` with the facts of each number.
  template <class F>
  void each(F use) const {
    for (const index_bucket& b : buckets_) {
      for (std::size_t slot = 0; slot < index_bucket::slots; ++slot) {
        const place here{&b, slot};
        if (b.keys[slot] == 0) continue;
        if (b.profile_of(slot) == profiles::none) {
          use(several(here));
        } else {
          const fact only = get(here);
          use(std::span<const fact>(&only, 1));
        }
      }
    }
  }
  bool contains(number who, const index_path& path) const { return bool(find(who, path)); }

  void merge(number who, const index_path& path, const fact& f);
  void replace(number who, const index_path& path, std::vector<fact> known);

  std::uint64_t used() const { return used_; }
  std::uint64_t octets() const;

  // In the shard's first line of cache, with all that judge() reads of a shard.
  mutable spin_lock lock;

 private:
  struct place {
    const index_bucket* bucket = nullptr;
    std::size_t slot = 0;
    explicit operator bool() const { return bucket != nullptr; }
  };

  place find(number who, const index_path& path) const {
    if (buckets_.empty()) return {};
    std::size_t at = path.first(buckets_.size());
    for (std::size_t looked_at = 0; looked_at < buckets_.size(); ++looked_at) {
      const index_bucket& b = buckets_[at];
      for (std::size_t slot = 0; slot < index_bucket::slots; ++slot)
        if (b.keys[slot] == who.digits) return {&b, slot};
      if ((b.displaced & path.mark()) == 0) return {};
      at += path.step();
      while (at >= buckets_.size())
        at -= buckets_.size();
    }
    return {};  // numbers that were removed have left their marks everywhere
  }
  std::span<const fact> several(const place& p) const;
  fact get(const place& p) const;
  index_bucket& writable(const place& p) { return buckets_[static_cast<std::size_t>(p.bucket - buckets_.data())]; }
  void grow();
  place insert(number who, const index_path& path);
  void fill(const place& at, std::vector<fact> known);
  void move(const place& from, const place& to);
  // Shards are not all equally full when they begin nine tenths full.
  bool is_full() const { return used_ * 20 >= buckets_.size() * index_bucket::slots * 19; }
  profile_id intern(const profile& p);

  std::span<index_bucket> buckets_;
  profiles* profiles_ = nullptr;
  std::vector<std::vector<fact>> several_;  // of a number with the profile `none`, at its "sequence"

  std::unique_ptr<index_bucket[]> own_;  // the buckets, once they have outgrown what is shared
  std::size_t used_ = 0;
  huge_memory* shared_ = nullptr;       // of the buckets while they are not its own; outlives the shard
  profile_id latest_ = profiles::none;  // a list is of few profiles
  index_whereabouts* whereabouts_ = nullptr;
};

}  // namespace store
