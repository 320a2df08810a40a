#include "store/correspondence.h"

#include <algorithm>
#include <new>

#include "store/bytes.h"

namespace store {
namespace {

constexpr unsigned hour_bits = 20;  // until the year 2089
constexpr unsigned channel_bits = 22;
constexpr std::uint64_t hour_mask = (std::uint64_t{1} << hour_bits) - 1;
constexpr std::uint64_t channel_mask = (std::uint64_t{1} << channel_bits) - 1;

std::uint64_t hour_of(instant t) {
  const auto hours = std::chrono::floor<std::chrono::hours>(t.time_since_epoch()).count();
  return static_cast<std::uint64_t>(std::clamp<std::int64_t>(hours, 1, hour_mask));
}

bool is_lately(std::uint64_t hour, std::uint64_t now) {
  return hour + static_cast<std::uint64_t>(correspondence::remembered_for.count()) >= now;
}

std::uint64_t hour_in(std::uint64_t word) {
  return word & hour_mask;
}
std::uint64_t whose(std::uint64_t word) {  // number and channel
  return word >> hour_bits;
}
std::uint64_t tag_in(std::uint64_t word) {
  return word >> (hour_bits + channel_bits);
}

std::uint64_t first_octets(const digest256& d, std::size_t from) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i)
    value = value << 8U | d[from + i];
  return value;
}

using word = std::atomic_ref<std::uint64_t>;

// Never back: of two threads the later hour stays.
void raise(std::uint64_t& at, std::uint64_t to) {
  word w(at);
  std::uint64_t known = w.load();
  while (known < to && !w.compare_exchange_weak(known, to)) {
  }
}

}  // namespace

struct correspondence::place {
  std::size_t line = 0;
  std::uint64_t tag = 0;       // of the number
  std::uint64_t blinding = 0;  // one channel looks different for each number

  std::uint64_t whose(channel_id c) const { return tag << channel_bits | ((c ^ blinding) & channel_mask); }
};

correspondence::correspondence(hmac_sha256 key, std::size_t lines)
    : key_(key),
      lines_(lines),
      table_(static_cast<std::uint64_t*>(std::calloc(lines * words, sizeof(std::uint64_t)))),
      changed_(lines / 64) {
  if (!table_) throw std::bad_alloc();
}

correspondence::place correspondence::place_of(number who) const {
  const digest256 d = key_.of("correspondence " + to_string(who));
  return {first_octets(d, 0) & (lines_ - 1), first_octets(d, 8) & channel_mask, first_octets(d, 16)};
}

std::span<std::uint64_t, correspondence::words> correspondence::line_at(std::size_t at) const {
  return std::span<std::uint64_t, words>(table_.get() + at * words, words);
}

channel_id correspondence::channel_of(std::string_view address, std::string_view sender) const {
  byte_writer both;
  both.text(address);
  both.text(sender);
  const auto id = static_cast<channel_id>(first_octets(key_.of("channel " + both.take()), 0) & channel_mask);
  return id == 0 ? 1 : id;
}

bool correspondence::wrote(number to, channel_id through, instant at) {
  const place p = place_of(to);
  const auto row = line_at(p.line);
  const std::uint64_t hour = hour_of(at), fresh = p.whose(through) << hour_bits | hour;
  for (;;) {
    std::size_t chosen = 1;
    std::uint64_t there = UINT64_MAX;
    for (std::size_t i = 1; i < words; ++i) {
      const std::uint64_t w = word(row[i]).load();
      if (w != 0 && whose(w) == p.whose(through)) {
        if (hour_in(w) >= hour) return false;
        chosen = i;
        there = w;
        break;
      }
      if (there == UINT64_MAX || hour_in(w) < hour_in(there)) {  // an empty one has the hour 0
        chosen = i;
        there = w;
      }
    }
    std::uint64_t expected = there;
    if (!word(row[chosen]).compare_exchange_strong(expected, fresh)) continue;
    const bool forgotten = there != 0 && whose(there) != p.whose(through) && is_lately(hour_in(there), hour);
    if (forgotten) raise(row[0], hour_in(there));
    changed(p.line);
    return true;
  }
}

std::vector<channel_id> correspondence::used(number to, std::span<const channel_id> among, instant now) const {
  const place p = place_of(to);
  const auto row = line_at(p.line);
  const std::uint64_t hour = hour_of(now);
  if (const std::uint64_t lost = word(row[0]).load(); lost != 0 && is_lately(lost, hour)) return {};
  std::vector<channel_id> found;
  for (const channel_id c : among) {
    for (std::size_t i = 1; i < words; ++i) {
      const std::uint64_t w = word(row[i]).load();
      if (w == 0 || whose(w) != p.whose(c) || !is_lately(hour_in(w), hour)) continue;
      found.push_back(c);
      break;
    }
  }
  return found;
}

void correspondence::forget(number who) {
  const place p = place_of(who);
  for (std::uint64_t& at : line_at(p.line).subspan(1)) {
    std::uint64_t w = word(at).load();
    while (w != 0 && tag_in(w) == p.tag && !word(at).compare_exchange_weak(w, 0)) {
    }
  }
  changed(p.line);
}

void correspondence::changed(std::size_t at) {
  changed_[at / 64].fetch_or(std::uint64_t{1} << (at % 64));
}

std::vector<correspondence::line> correspondence::take_changed() {
  std::vector<line> taken;
  for (std::size_t group = 0; group < changed_.size(); ++group) {
    if (changed_[group].load(std::memory_order_relaxed) == 0) continue;
    const std::uint64_t bits = changed_[group].exchange(0);
    for (std::size_t bit = 0; bit < 64; ++bit) {
      if ((bits >> bit & 1U) == 0) continue;
      const std::size_t at = group * 64 + bit;
      byte_writer out;
      for (std::uint64_t& w : line_at(at))
        out.fixed64(word(w).load());
      taken.push_back({static_cast<std::uint32_t>(at), out.take()});
    }
  }
  return taken;
}

void correspondence::not_written(const std::vector<line>& taken) {
  for (const line& l : taken)
    changed(l.place);
}

bool correspondence::load(const line& l) {
  byte_reader in(l.octets);
  if (l.place >= lines_) return false;
  for (std::uint64_t& w : line_at(l.place))
    w = in.fixed64();
  return in.complete();
}

}  // namespace store
