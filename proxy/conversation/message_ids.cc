#include "proxy/conversation/message_ids.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "smpp/tlv.h"

namespace proxy {
namespace {

std::string_view without_zeros(std::string_view id) {
  return id.substr(std::min(id.find_first_not_of('0'), id.size()));
}

std::optional<std::uint64_t> value_of(std::string_view id, int base) {
  std::uint64_t value = 0;
  const auto [end, ec] = std::from_chars(id.data(), id.data() + id.size(), value, base);
  if (id.empty() || ec != std::errc{} || end != id.data() + id.size()) return std::nullopt;
  return value;
}

char small(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_value(std::string_view decimal, std::string_view hexadecimal) {
  const auto a = value_of(decimal, 10), b = value_of(hexadecimal, 16);
  return a && a == b;
}

}  // namespace

bool same_id(std::string_view a, std::string_view b) {
  return !a.empty() && !b.empty() && std::ranges::equal(without_zeros(a), without_zeros(b), {}, small, small);
}

bool same_id_in_another_base(std::string_view a, std::string_view b) {
  return same_value(a, b) || same_value(b, a);
}

std::string_view receipted_id(const smpp::message& receipt) {
  const auto text_of = [](smpp::octets o) {
    return std::string_view(reinterpret_cast<const char*>(o.data()), o.size());
  };
  if (const auto id = smpp::find(receipt.optional_parameters, smpp::tag::receipted_message_id)) {
    const std::string_view text = text_of(*id);
    return text.substr(0, text.find('\0'));
  }
  constexpr std::string_view label = "id:";
  const std::string_view text = text_of(smpp::user_data(receipt));
  const auto at = std::ranges::search(text, label, {}, small);
  if (at.empty() || (smpp::is_from_a_person(receipt) && at.begin() != text.begin())) return {};
  const std::string_view rest(at.end(), text.end());
  return rest.substr(0, rest.find_first_of(std::string_view(" \r\n\t\0", 5)));
}

void id_spelling::given(store::number to, std::string_view id) {
  const std::lock_guard lock(mutex_);
  place_of(to) = {to, std::string(id)};
}

// An id that is the same in both bases, such as 7, teaches nothing.
void id_spelling::receipted(store::number to, std::string_view id) {
  const std::lock_guard lock(mutex_);
  const example& last = place_of(to);
  if (last.to != to || is_known()) return;
  if (same_id(last.id, id)) {
    if (!same_id_in_another_base(last.id, id)) known_ = known::alike;
  } else if (same_id_in_another_base(last.id, id)) {
    known_ = known::another_base;
  }
}

}  // namespace proxy
