#include "store/index.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <mutex>
#include <utility>

namespace store {
namespace {

constexpr std::size_t shard_bits = 10;
constexpr std::size_t shard_count = std::size_t{1} << shard_bits;
constexpr std::size_t least_capacity = 8;

// Slots are filled up to four fifths; linear probing stays short there.
constexpr bool is_full(std::size_t used, std::size_t capacity) {
  return used * 5 >= capacity * 4;
}

std::uint64_t hash_of(number n) {  // the finaliser of MurmurHash3
  std::uint64_t h = n.digits;
  h = (h ^ h >> 33) * 0xff51afd7ed558ccdULL;
  h = (h ^ h >> 33) * 0xc4ceb9fe1a85ec53ULL;
  return h ^ h >> 33;
}

// The flags of a fact stand above its sequence.
constexpr std::uint64_t sequence_mask = (std::uint64_t{1} << 60) - 1;
constexpr std::uint64_t is_opt_out = std::uint64_t{1} << 60;
constexpr std::uint64_t is_by_reply = std::uint64_t{1} << 61;
constexpr std::uint64_t is_reassigned = std::uint64_t{1} << 62;
constexpr std::uint64_t is_overflow = std::uint64_t{1} << 63;

}  // namespace

// `key` is 0 in an empty slot. An expiry is in whole seconds after 1970, 0 for none. A fact that does not fit goes to
// the overflow, like several facts do; then `sequence` is the place there.
struct alignas(32) index::slot {
  std::uint64_t key = 0;
  std::int64_t occurred_at = 0;
  std::uint64_t sequence = 0;
  std::uint32_t expires_at = 0;
  std::uint16_t scope = 0;
  std::uint16_t source = 0;

  static bool fits(const fact& f) {
    constexpr std::uint32_t most = std::numeric_limits<std::uint16_t>::max();
    if (f.scope > most || f.source > most) return false;
    if (!f.expires_at) return true;
    const auto since_1970 = f.expires_at->time_since_epoch();
    const auto seconds = std::chrono::floor<std::chrono::seconds>(since_1970);
    return seconds == since_1970 && seconds.count() > 0 && seconds.count() <= std::numeric_limits<std::uint32_t>::max();
  }

  void put(number who, const fact& f) {
    key = who.digits;
    occurred_at = f.occurred_at.time_since_epoch().count();
    sequence =
        f.sequence | (f.opt_out ? is_opt_out : 0) | (f.by_reply ? is_by_reply : 0) | (f.reassigned ? is_reassigned : 0);
    expires_at = f.expires_at ? static_cast<std::uint32_t>(
                                    std::chrono::floor<std::chrono::seconds>(f.expires_at->time_since_epoch()).count())
                              : 0;
    scope = static_cast<std::uint16_t>(f.scope);
    source = static_cast<std::uint16_t>(f.source);
  }

  fact get() const {
    fact f;
    f.occurred_at = instant{std::chrono::microseconds{occurred_at}};
    if (expires_at != 0) f.expires_at = instant{std::chrono::seconds{expires_at}};
    f.sequence = sequence & sequence_mask;
    f.scope = scope;
    f.source = source;
    f.opt_out = (sequence & is_opt_out) != 0;
    f.by_reply = (sequence & is_by_reply) != 0;
    f.reassigned = (sequence & is_reassigned) != 0;
    return f;
  }
};

// Where a shard's slots are, for expect(): read without its lock, so it may be out of date, which a hint may be.
// Apart from the shards, since all of these fit into the nearest cache.
struct index::whereabouts {
  std::atomic<const slot*> slots{nullptr};
  std::atomic<std::uint32_t> capacity{0};
};

struct alignas(64) index::shard {
  mutable spin_lock lock;
  std::span<slot> slots;  // in memory shared by all shards, or of this shard's own once it has grown
  std::unique_ptr<slot[]> own;
  std::size_t used = 0;
  whereabouts* table = nullptr;  // kept up to date
  std::vector<std::vector<fact>> overflow;

  // The slot of the number, or the empty one where it belongs. There is always an empty one.
  std::size_t place(number who, std::uint64_t hash) const {
    std::size_t at = static_cast<std::size_t>((hash & 0xffffffff) * slots.size() >> 32);
    while (slots[at].key != 0 && slots[at].key != who.digits)
      if (++at == slots.size()) at = 0;
    return at;
  }

  const slot* find(number who, std::uint64_t hash) const {
    if (slots.empty()) return nullptr;
    const slot& s = slots[place(who, hash)];
    return s.key == 0 ? nullptr : &s;
  }

  void use(std::span<slot> place) {
    slots = place;
    table->slots.store(slots.data(), std::memory_order_relaxed);
    table->capacity.store(static_cast<std::uint32_t>(slots.size()), std::memory_order_relaxed);
  }

  void grow() {
    const std::size_t capacity = std::max(slots.size() * 3 / 2, least_capacity);
    const std::unique_ptr<slot[]> old_own = std::exchange(own, std::make_unique<slot[]>(capacity));
    const std::span<slot> old = slots;
    use({own.get(), capacity});
    for (const slot& s : old) {
      if (s.key == 0) continue;
      slots[place({s.key}, hash_of({s.key}))] = s;
    }
    if (!old_own && !old.empty()) huge_memory::release(old.data(), old.size_bytes());
  }

  // Calls `use` with the facts of the number, none if it is not known.
  template <class F>
  auto with_facts(number who, std::uint64_t hash, F use) const {
    const slot* s = find(who, hash);
    if (s == nullptr) return use(std::span<const fact>());
    if (s->sequence & is_overflow) return use(std::span<const fact>(overflow[s->sequence & sequence_mask]));
    const fact only = s->get();
    return use(std::span<const fact>(&only, 1));
  }

  void merge(number who, std::uint64_t hash, const fact& f) {
    if (is_full(used, slots.size())) grow();
    slot& s = slots[place(who, hash)];
    if (s.sequence & is_overflow) {
      store::merge(overflow[s.sequence & sequence_mask], f);
      return;
    }
    std::vector<fact> known;
    if (s.key == 0)
      ++used;
    else
      known.push_back(s.get());
    store::merge(known, f);
    fill(s, who, std::move(known));
  }

  void fill(slot& s, number who, std::vector<fact> known) {
    if (known.size() == 1 && slot::fits(known.front())) {
      s.put(who, known.front());
      return;
    }
    s.key = who.digits;
    s.sequence = overflow.size() | is_overflow;
    overflow.push_back(std::move(known));
  }

  // An overflow that is left behind stays empty: this is rare.
  void replace(number who, std::uint64_t hash, std::vector<fact> known) {
    if (const slot* s = find(who, hash); s == nullptr) {
      for (const fact& f : known)
        merge(who, hash, f);
      return;
    }
    slot& s = slots[place(who, hash)];
    if (s.sequence & is_overflow) overflow[s.sequence & sequence_mask] = {};
    if (!known.empty()) return fill(s, who, std::move(known));
    --used;
    s = slot{};
    close_gap(static_cast<std::size_t>(&s - slots.data()));
  }

  // Linear probing: what stands behind an emptied slot may have belonged there.
  void close_gap(std::size_t gap) {
    for (std::size_t at = gap;;) {
      if (++at == slots.size()) at = 0;
      if (slots[at].key == 0) return;
      const slot moved = std::exchange(slots[at], slot{});
      slots[place({moved.key}, hash_of({moved.key}))] = moved;
    }
  }

  // Calls `use` with the facts of each number.
  template <class F>
  void each(F use) const {
    for (const slot& s : slots) {
      if (s.key == 0) continue;
      if (s.sequence & is_overflow) {
        use(std::span<const fact>(overflow[s.sequence & sequence_mask]));
      } else {
        const fact only = s.get();
        use(std::span<const fact>(&only, 1));
      }
    }
  }

  std::uint64_t octets() const {
    std::uint64_t sum = slots.size_bytes() + overflow.capacity() * sizeof(std::vector<fact>);
    for (const auto& facts : overflow)
      sum += facts.capacity() * sizeof(fact);
    return sum;
  }
};

index::index()
    : shards_(std::make_unique<shard[]>(shard_count)), whereabouts_(std::make_unique<whereabouts[]>(shard_count)) {
  for (std::size_t i = 0; i < shard_count; ++i)
    shards_[i].table = &whereabouts_[i];
}
index::~index() = default;

index::shard& index::shard_of(std::uint64_t hash) const {
  return shards_[hash >> (64 - shard_bits)];
}

void index::reserve(std::uint64_t numbers) {
  const std::size_t capacity = std::max(static_cast<std::size_t>(numbers / shard_count * 4 / 3), least_capacity);
  shared_ = huge_memory(shard_count * capacity * sizeof(slot));
  auto* const slots = static_cast<slot*>(shared_.begin());
  std::uninitialized_value_construct_n(slots, shard_count * capacity);
  for (std::size_t i = 0; i < shard_count; ++i)
    shards_[i].use({slots + i * capacity, capacity});
}

std::optional<finding> index::judge(number who, const question& q) const {
  const std::uint64_t hash = hash_of(who);
  const shard& s = shard_of(hash);
  const std::lock_guard lock(s.lock);
  return s.with_facts(who, hash, [&](std::span<const fact> known) -> std::optional<finding> {
    if (known.empty()) return std::nullopt;
    return store::judge(known, recalls_, q);
  });
}

void index::expect(number who) const {
  const std::uint64_t hash = hash_of(who);
  const whereabouts& table = whereabouts_[hash >> (64 - shard_bits)];
  const slot* const slots = table.slots.load(std::memory_order_relaxed);
  if (slots != nullptr)
    __builtin_prefetch(slots + ((hash & 0xffffffff) * table.capacity.load(std::memory_order_relaxed) >> 32U));
}

standing index::judge_arrival(number who, const fact& opt_in, const question& q) const {
  const std::uint64_t hash = hash_of(who);
  const shard& s = shard_of(hash);
  const std::lock_guard lock(s.lock);
  return s.with_facts(who, hash,
                      [&](std::span<const fact> known) { return store::judge_arrival(known, recalls_, opt_in, q); });
}

bool index::contains(number who) const {
  const std::uint64_t hash = hash_of(who);
  const shard& s = shard_of(hash);
  const std::lock_guard lock(s.lock);
  return s.find(who, hash) != nullptr;
}

std::vector<fact> index::facts(number who) const {
  const std::uint64_t hash = hash_of(who);
  const shard& s = shard_of(hash);
  const std::lock_guard lock(s.lock);
  return s.with_facts(who, hash,
                      [](std::span<const fact> known) { return std::vector<fact>(known.begin(), known.end()); });
}

instant index::latest_act(number who) const {
  const std::uint64_t hash = hash_of(who);
  const shard& s = shard_of(hash);
  const std::lock_guard lock(s.lock);
  return s.with_facts(who, hash, [](std::span<const fact> known) {
    instant latest{};
    for (const fact& f : known)
      if (f.opt_out || f.by_reply) latest = std::max(latest, f.occurred_at);
    return latest;
  });
}

void index::merge(number who, const fact& f) {
  const std::uint64_t hash = hash_of(who);
  shard& s = shard_of(hash);
  const std::lock_guard lock(s.lock);
  if (who.is_hash() && s.find(who, hash) == nullptr) ++hashes_;
  s.merge(who, hash, f);
}

void index::replace(number who, std::vector<fact> known) {
  const std::uint64_t hash = hash_of(who);
  shard& s = shard_of(hash);
  const std::lock_guard lock(s.lock);
  const bool was_there = s.find(who, hash) != nullptr;
  if (who.is_hash() && was_there != !known.empty()) known.empty() ? --hashes_ : ++hashes_;
  s.replace(who, hash, std::move(known));
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
    sum += shards_[i].used;
  }
  return sum;
}

std::uint64_t index::octets() const {
  std::uint64_t sum = shard_count * sizeof(shard);
  for (std::size_t i = 0; i < shard_count; ++i) {
    const std::lock_guard lock(shards_[i].lock);
    sum += shards_[i].octets();
  }
  return sum;
}

}  // namespace store
