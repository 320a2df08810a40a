#include "proxy/policy/address_book.h"

#include <algorithm>

namespace proxy {
namespace {

bool all_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

spelling::spelling(std::string_view address, const store::numbering_plan& plan) {
  for (const char c : address) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet <= 0x20 || octet == 0x7F || c == '.' || c == '-' || c == '(' || c == ')') continue;
    plain_.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
  }
  for (const std::string_view prefix : {std::string_view("+"), std::string_view(plan.international_prefix)}) {
    if (!prefix.empty() && view().starts_with(prefix) && all_digits(view().substr(prefix.size())))
      begin_ += prefix.size();
  }
}

}  // namespace proxy
