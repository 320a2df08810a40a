#include "proxy/conversation/sent_messages.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "smpp/tlv.h"

namespace proxy {
namespace {

// Receipts come until the validity period is over, which is rarely more than two days.
constexpr std::chrono::hours lifetime{72};

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

bool same_message_id(std::string_view a, std::string_view b) {
  if (a.empty() || b.empty()) return false;
  if (std::ranges::equal(without_zeros(a), without_zeros(b), {}, small, small)) return true;
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

void sent_messages::add(store::number to, std::string message_id, time_point now) {
  if (message_id.empty()) return;
  const std::lock_guard lock(mutex_);
  by_number_[to.digits].push_back(std::move(message_id));
  by_age_.push_back({to, now});
  ++size_;
  if (size_ > capacity_) forget_oldest();
}

bool sent_messages::contains(store::number to, std::string_view message_id) const {
  const std::lock_guard lock(mutex_);
  const auto found = by_number_.find(to.digits);
  return found != by_number_.end() &&
         std::ranges::any_of(found->second, [&](const std::string& id) { return same_message_id(id, message_id); });
}

void sent_messages::forget_old(time_point now) {
  const std::lock_guard lock(mutex_);
  while (!by_age_.empty() && now - by_age_.front().since >= lifetime)
    forget_oldest();
}

void sent_messages::forget_oldest() {
  const auto found = by_number_.find(by_age_.front().to.digits);
  found->second.pop_front();
  if (found->second.empty()) by_number_.erase(found);
  by_age_.pop_front();
  --size_;
}

}  // namespace proxy
