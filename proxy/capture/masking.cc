#include "proxy/capture/masking.h"

#include <algorithm>
#include <string>

#include "proxy/capture/parts.h"
#include "proxy/observe/refusal_log.h"

namespace proxy {
namespace {

using kind = pdu_part::kind;

constexpr std::size_t digits_of_a_number = 7;  // the least; short codes have fewer

bool is_number(std::string_view address) {
  return std::ranges::count_if(address, [](char c) { return c >= '0' && c <= '9'; }) >=
         static_cast<std::ptrdiff_t>(digits_of_a_number);
}

std::string masked_part(const pdu_part& p) {
  const std::string text(p.octets.begin(), p.octets.end());
  if (p.what != kind::address) return std::string(text.size(), '*');
  return is_number(text) ? masked(text) : text;
}

template <typename predicate>
smpp::buffer with_masked(smpp::octets pdu, predicate&& which) {
  smpp::buffer copy(pdu.begin(), pdu.end());
  visit_parts(pdu, [&](const pdu_part& p) {
    if (which(p)) std::ranges::copy(masked_part(p), copy.begin() + (p.octets.data() - pdu.data()));
  });
  return copy;
}

}  // namespace

smpp::buffer masked(smpp::octets pdu) {
  return with_masked(pdu, [](const pdu_part&) { return true; });
}

smpp::buffer without_passwords(smpp::octets pdu) {
  return with_masked(pdu, [&](const pdu_part& p) {
    const smpp::command_id id = smpp::read_header(pdu).command_id;
    const bool has_one = smpp::is_bind(id) || id == smpp::command_id::outbind;
    return p.what == kind::password || (has_one && p.what == kind::unknown);
  });
}

}  // namespace proxy
