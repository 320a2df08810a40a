#include "store/index.h"

#include <algorithm>
#include <memory>
#include <mutex>
#include <utility>

namespace store {
namespace {

constexpr unsigned shard_bits = 10;
constexpr std::size_t shard_count = std::size_t{1} << shard_bits;

}  // namespace

index::index()
    : shards_(std::make_unique<index_shard[]>(shard_count)),
      whereabouts_(std::make_unique<index_whereabouts[]>(shard_count)) {
  for (std::size_t i = 0; i < shard_count; ++i)
    shards_[i].begin(profiles_, shared_, whereabouts_[i]);
}
index::~index() = default;

index_shard& index::shard_of(const index_path& p) const {
  return shards_[p.shard(shard_bits)];
}

void index::reserve(std::uint64_t numbers) {
  const std::size_t each = index_shard::buckets_for(numbers / shard_count);
  shared_ = huge_memory(shard_count * each * sizeof(index_bucket));  // zeros, as empty buckets are
  auto* const buckets = static_cast<index_bucket*>(shared_.begin());
  for (std::size_t i = 0; i < shard_count; ++i)
    shards_[i].use({buckets + i * each, each});
}

std::optional<finding> index::judge(number who, const question& q) const {
  const index_path path(who);
  const index_shard& s = shard_of(path);
  const std::lock_guard lock(s.lock);
  return s.judge(who, path, recalls_, q);
}

void index::expect(number who) const {
  const index_path path(who);
  __builtin_prefetch(&shard_of(path), 1);
  const index_whereabouts& place = whereabouts_[path.shard(shard_bits)];
  const index_bucket* const buckets = place.buckets.load(std::memory_order_relaxed);
  if (buckets != nullptr) __builtin_prefetch(buckets + path.first(place.count.load(std::memory_order_relaxed)));
}

standing index::judge_arrival(number who, const fact& opt_in, const question& q) const {
  const index_path path(who);
  const index_shard& s = shard_of(path);
  const std::lock_guard lock(s.lock);
  return s.with_facts(who, path,
                      [&](std::span<const fact> known) { return store::judge_arrival(known, recalls_, opt_in, q); });
}

bool index::contains(number who) const {
  const index_path path(who);
  const index_shard& s = shard_of(path);
  const std::lock_guard lock(s.lock);
  return s.contains(who, path);
}

std::vector<fact> index::facts(number who) const {
  const index_path path(who);
  const index_shard& s = shard_of(path);
  const std::lock_guard lock(s.lock);
  return s.with_facts(who, path,
                      [](std::span<const fact> known) { return std::vector<fact>(known.begin(), known.end()); });
}

instant index::latest_act(number who) const {
  const index_path path(who);
  const index_shard& s = shard_of(path);
  const std::lock_guard lock(s.lock);
  return s.with_facts(who, path, [](std::span<const fact> known) {
    instant latest{};
    for (const fact& f : known)
      if (f.opt_out || f.by_reply) latest = std::max(latest, f.occurred_at);
    return latest;
  });
}

void index::merge(number who, const fact& f) {
  const index_path path(who);
  index_shard& s = shard_of(path);
  const std::lock_guard lock(s.lock);
  if (who.is_hash() && !s.contains(who, path)) ++hashes_;
  s.merge(who, path, f);
}

void index::replace(number who, std::vector<fact> known) {
  const index_path path(who);
  index_shard& s = shard_of(path);
  const std::lock_guard lock(s.lock);
  const bool was_there = s.contains(who, path);
  if (who.is_hash() && was_there != !known.empty()) known.empty() ? --hashes_ : ++hashes_;
  s.replace(who, path, std::move(known));
}

void index::recall(source_id source, instant up_to, std::uint64_t sequence) {
  change_recalls([&](recalls& r) { r.add(source, up_to, sequence); });
}

void index::set_recalls(recalls r) {
  change_recalls([&](recalls& known) { known = std::move(r); });
}

template <class F>
void index::change_recalls(F change) {
  for (std::size_t i = 0; i < shard_count; ++i)
    shards_[i].lock.lock();
  change(recalls_);
  for (std::size_t i = 0; i < shard_count; ++i)
    shards_[i].lock.unlock();
}

std::uint64_t index::live_opt_ins(source_id source, instant up_to) const {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < shard_count; ++i) {
    const std::lock_guard lock(shards_[i].lock);
    const recalls::recall* earlier = recalls_.find(source);
    shards_[i].each([&](std::span<const fact> known) {
      for (const fact& f : known) {
        if (f.opt_out || f.by_reply || f.reassigned || f.source != source || f.occurred_at > up_to) continue;
        sum += earlier == nullptr || f.occurred_at > earlier->up_to;
      }
    });
  }
  return sum;
}

std::uint64_t index::numbers() const {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < shard_count; ++i) {
    const std::lock_guard lock(shards_[i].lock);
    sum += shards_[i].used();
  }
  return sum;
}

std::uint64_t index::octets() const {
  std::uint64_t sum = shard_count * sizeof(index_shard) + profiles_.octets();
  for (std::size_t i = 0; i < shard_count; ++i) {
    const std::lock_guard lock(shards_[i].lock);
    sum += shards_[i].octets();
  }
  return sum;
}

}  // namespace store
