#include "store/import_batch.h"

#include <algorithm>
#include <numeric>

#include "store/subjects.h"

namespace store {
namespace {

constexpr std::size_t most_rows = 8192;  // of a slice
constexpr std::size_t most_octets = std::size_t{4} << 20U;

bool tells_number(const event& e) {
  return e.number_as_received.starts_with('+') && std::string_view(e.number_as_received).substr(1) == to_string(e.who);
}

template <typename Member>
std::vector<std::uint32_t> in_order(std::span<const import_row> rows, Member of) {
  std::vector<std::uint32_t> places(rows.size());
  std::iota(places.begin(), places.end(), 0U);
  const auto value = [&](std::uint32_t place) { return std::pair(rows[place].*of, place); };
  std::ranges::sort(places, {}, value);
  return places;
}

}  // namespace

void import_batch::add(event& e, number kept_as, const fact& what) {
  import_row r;
  r.place = static_cast<std::uint32_t>(rows_.size());
  r.tells_number = tells_number(e);
  if (const number plain = std::exchange(e.who, kept_as); plain != kept_as) depersonalise(e, plain);
  r.who = kept_as;
  r.what = what;
  r.identity = e.identity;
  r.begin = octets_.size();
  r.record = append_unplaced(octets_, e, fresh_salt());
  rows_.push_back(r);
}

void import_batch::sort_by_number() {
  std::ranges::stable_sort(rows_, {}, &import_row::who);
}

void import_batch::renumber(import_row& r, number kept_as) {
  const std::span<char> whole = octets(r);
  event e = decode_record({whole.data(), whole.size()}, 0).value().e;
  e.who = kept_as;
  depersonalise(e, r.who);
  r.who = kept_as;
  r.begin = octets_.size();
  r.record = append_unplaced(octets_, e, fresh_salt());
}

import_slice slice(const std::shared_ptr<import_batch>& of, std::size_t first) {
  const std::span<import_row> rest = std::span(of->rows()).subspan(first);
  std::size_t count = 0;
  for (std::size_t octets = 0; count < std::min(rest.size(), most_rows) && octets < most_octets; ++count)
    octets += rest[count].record.size;
  import_slice s{of, rest.first(count), {}, {}};
  s.by_number = in_order(s.rows, &import_row::who);
  s.by_identity = in_order(s.rows, &import_row::identity);
  return s;
}

}  // namespace store
