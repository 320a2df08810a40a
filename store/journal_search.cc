#include "store/journal_search.h"

#include <algorithm>

#include "store/journal_block.h"
#include "store/journal_tail.h"

namespace store {
namespace {

// From the decision to its block: the longest wait for an answer, and how long a block stays open.
constexpr std::chrono::hours longest_delay = std::chrono::hours{24} + 2 * journal_tail::longest_span;
constexpr std::size_t filters_a_block = 16;  // that cost as much as reading one block
constexpr std::size_t filters_a_head = 4;    // as much as reading of one only whose decisions it holds
// Of one part of an erasure: some milliseconds of reading, and what is written in one commit.
constexpr std::size_t filters_a_part = 1024;
constexpr std::size_t blocks_a_part = 8;

failure damaged(std::uint64_t key) {
  return {"the journal's block of " + to_string(instant{std::chrono::microseconds{key}}) +
          " cannot be decoded: the store is damaged; restore it from a backup"};
}

std::uint64_t key_of(instant t) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, t.time_since_epoch().count()));
}

bool matches(const journal_query& q, const journal_entry& e) {
  return (!q.who || e.who == *q.who) && (!q.message_id || e.message_id == *q.message_id) &&
         (!q.sender || e.sender == *q.sender) && (!q.from || e.at >= *q.from) && (!q.to || e.at <= *q.to);
}

bool may_match(const journal_query& q, const journal_filter& f) {
  const block_summary& s = f.summary();
  return (!q.from || s.latest >= *q.from) && (!q.to || s.earliest <= *q.to) &&
         (!q.who || f.may_hold(journal_hash(*q.who))) &&
         (!q.message_id || f.may_hold(journal_hash(std::string_view(*q.message_id))));
}

}  // namespace

std::variant<journal_place, failure> search_journal(const ledger& l, const journal_query& q, journal_place place,
                                                    std::size_t most_blocks,
                                                    const std::function<bool(const journal_entry&)>& visit) {
  const std::size_t most_cost = most_blocks > SIZE_MAX / filters_a_block ? SIZE_MAX : most_blocks * filters_a_block;
  std::size_t cost = 0;
  bool stopped = false;
  std::uint64_t unreadable = 0;
  std::uint64_t last = 0;  // the position at which the block ends that is read
  const auto look = [&](std::uint64_t key, const journal_filter& f) {
    using enum ledger::journal_step;
    stopped = stopped || cost >= most_cost;
    if (stopped) return stop;
    if (q.to && key > key_of(*q.to + longest_delay)) return stop;
    ++cost;
    const block_summary& s = f.summary();
    last = s.first_position + s.count - 1;
    const bool passed = last <= place.position;
    if (!passed && may_match(q, f)) return read;
    place.key = key;
    if (!passed) place.position = last;
    return skip;
  };
  const auto read = [&](std::uint64_t key, std::string_view block) {
    if (q.sender && !may_hold_sender(block, *q.sender)) {
      cost += filters_a_head;
      place = {key, last, false};
      return true;
    }
    cost += filters_a_block;
    const bool whole = decode_block(block, [&](const journal_entry& e) {
      if (e.position <= place.position) return true;
      place.position = e.position;
      stopped = matches(q, e) && !visit(e);
      return !stopped;
    });
    if (!whole) unreadable = key;
    if (!stopped) place.key = key;
    return whole && !stopped;
  };
  const std::uint64_t from = std::max(place.key, q.from ? key_of(*q.from) : 0);
  if (auto why = l.scan_journal(from, look, read)) return *why;
  if (unreadable != 0) return damaged(unreadable);
  place.end = !stopped;
  return place;
}

std::variant<rewritten_part, failure> rewrite_journal(const ledger& l, const erased_person& person,
                                                      std::uint64_t from) {
  telling_digits digits;
  digits.add(person.who);
  renumbering known_as([&](number n) { return n == person.who ? person.stand_in : n; });
  known_as.forget(digits);
  rewritten_part part{{}, from, true};
  std::size_t filters = 0, blocks = 0;
  std::uint64_t unreadable = 0;
  const auto look = [&](std::uint64_t key, const journal_filter& f) {
    using enum ledger::journal_step;
    if (filters >= filters_a_part || blocks >= blocks_a_part) {
      part.end = false;
      return stop;
    }
    ++filters;
    part.next = key + 1;
    if (!f.may_hold(journal_hash(person.who)) && !f.may_hold_unreadable()) return skip;
    ++blocks;
    return read;
  };
  const auto read = [&](std::uint64_t key, std::string_view block) {
    bool holds = false;
    const bool whole = decode_block(block, [&](const journal_entry& e) {
      holds = e.who == person.who || digits.in(e.destination);
      return !holds;
    });
    auto renumbered = whole && holds ? renumber_block(block, known_as) : std::nullopt;
    if (renumbered) part.records.push_back({key, std::move(*renumbered)});
    if (!whole) unreadable = key;
    return whole;
  };
  if (auto why = l.scan_journal(from, look, read)) return *why;
  if (unreadable != 0) return damaged(unreadable);
  return part;
}

}  // namespace store
