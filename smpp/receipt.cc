#include "smpp/receipt.h"

#include <algorithm>
#include <array>
#include <string>

#include "smpp/tlv.h"

namespace smpp {
namespace {

constexpr std::uint8_t message_type = 0x3C;
constexpr std::uint8_t delivery_receipt = 0x04;

char small(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_letters(char a, char b) {
  return small(a) == small(b);
}

// The value after `name`, which is written with its colon, up to a space. What the sender wrote is quoted at the end,
// after "text:", and tells nothing.
std::string_view field(std::string_view text, std::string_view name) {
  constexpr std::string_view quoted = "text:";
  const auto quotation = std::ranges::search(text, quoted, same_letters);
  const std::string_view said(text.begin(), quotation.begin());
  for (std::size_t from = 0; from < said.size();) {
    const auto found = std::ranges::search(said.substr(from), name, same_letters);
    if (found.empty()) return {};
    const auto at = from + static_cast<std::size_t>(found.begin() - said.substr(from).begin());
    from = at + name.size();
    if (at > 0 && said[at - 1] != ' ') continue;  // the end of another name
    const std::string_view rest = said.substr(from);
    return rest.substr(0, std::min(rest.find_first_of(" \r\n\t"), rest.size()));
  }
  return {};
}

std::optional<message_state> state_called(std::string_view stat) {
  using enum message_state;
  constexpr std::array<std::pair<std::string_view, message_state>, 8> names{{{"DELIVRD", DELIVERED},
                                                                             {"EXPIRED", EXPIRED},
                                                                             {"DELETED", DELETED},
                                                                             {"UNDELIV", UNDELIVERABLE},
                                                                             {"ACCEPTD", ACCEPTED},
                                                                             {"UNKNOWN", UNKNOWN},
                                                                             {"REJECTD", REJECTED},
                                                                             {"ENROUTE", ENROUTE}}};
  for (const auto& [name, state] : names)
    if (std::ranges::equal(name, stat, same_letters)) return state;
  return std::nullopt;
}

std::string_view significant(std::string_view code) {
  const bool number = std::ranges::all_of(code, [](char c) { return c >= '0' && c <= '9'; });
  while (number && code.size() > 1 && code.front() == '0')
    code.remove_prefix(1);
  return code;
}

}  // namespace

bool is_receipt(const message& m) {
  const unsigned type = m.esm_class & message_type;
  if (type == delivery_receipt) return true;
  return type == 0 &&
         (find(m.optional_parameters, tag::receipted_message_id) || find(m.optional_parameters, tag::message_state));
}

receipt read_receipt(const message& m) {
  const octets data = user_data(m);
  const std::string_view text(reinterpret_cast<const char*>(data.data()), data.size());
  receipt r;
  r.err = field(text, "err:");
  r.state = state_called(field(text, "stat:"));
  if (const auto state = find(m.optional_parameters, tag::message_state); state && state->size() == 1)
    r.state = message_state{state->front()};
  if (const auto code = find(m.optional_parameters, tag::network_error_code); code && code->size() == 3)
    r.network_error_code = read_u16(code->data() + 1);
  return r;
}

bool same_error(std::string_view a, std::string_view b) {
  return std::ranges::equal(significant(a), significant(b), same_letters);
}

}  // namespace smpp
