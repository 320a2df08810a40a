#include "proxy/capture/parts.h"

#include <algorithm>
#include <cctype>

#include "smpp/field_reader.h"
#include "smpp/tlv.h"

namespace proxy {
namespace {

using smpp::command_id;
using smpp::octets;
using kind = pdu_part::kind;

octets of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

class walk {
 public:
  walk(octets body, std::vector<pdu_part>& found) : r_(body), found_(found) {}

  void integers(int count) {
    for (int i = 0; i < count; ++i)
      r_.integer();
  }
  void strings(int count) {
    for (int i = 0; i < count; ++i)
      r_.c_octet_string();
  }
  void address() {
    const smpp::address a = r_.address();
    add(kind::address, of(a.text), a.ton);
  }
  void password() { add(kind::password, of(r_.c_octet_string())); }
  void esm_class() { esm_class_ = r_.integer(); }
  // sm_length and short_message
  void short_message() { text(r_.octet_string(r_.integer())); }

  // submit_sm and its like from esm_class to their end (4.4.1).
  void from_esm_class() {
    esm_class();
    integers(2);
    strings(2);
    integers(4);
    short_message();
    optional_parameters();
  }

  // dest_address (4.5.1.1)
  void destinations() {
    for (int left = r_.integer(); left > 0 && !failed(); --left) {
      const std::uint8_t flag = r_.integer();
      flag == 1 ? address() : flag == 2 ? strings(1) : void(wrong_ = true);
    }
  }

  // unsuccess_sme (4.5.2.1)
  void unsuccessful() {
    for (int left = r_.integer(); left > 0 && !failed(); --left) {
      address();
      integers(4);
    }
  }

  void optional_parameters() {
    if (failed()) return;
    octets rest = r_.rest();
    while (rest.size() >= 4) {
      const std::size_t length = smpp::read_u16(rest.data() + 2);
      if (rest.size() - 4 < length) break;
      optional_parameter(smpp::read_u16(rest.data()), rest.subspan(4, length));
      rest = rest.subspan(4 + length);
    }
    if (!rest.empty()) add(kind::unknown, rest);
  }

  bool failed() const { return wrong_ || r_.failed(); }

 private:
  void add(kind what, octets where, std::uint8_t ton = 0) {
    if (!where.empty()) found_.push_back({what, ton, where});
  }

  void optional_parameter(std::uint16_t tag, octets value) {
    constexpr std::size_t too_short_to_tell = 2;
    if (tag == smpp::tag::message_payload) return text(value);
    if (tag == smpp::tag::receipted_message_id || tag == smpp::tag::network_error_code) return;
    if (value.size() > too_short_to_tell) add(kind::unknown, value);
  }

  void text(octets user_data) {
    if ((esm_class_ & 0x40U) != 0 && !user_data.empty())
      user_data = user_data.subspan(std::min<std::size_t>(user_data.size(), std::size_t{user_data[0]} + 1));
    if ((esm_class_ & 0x3cU) == 0x04U) user_data = quoted(user_data);
    add(kind::text, user_data);
  }

  // What follows "text:" in a receipt (appendix B): the beginning of the message. One without it is no such receipt.
  static octets quoted(octets receipt) {
    constexpr std::string_view label = "text:";
    const auto at =
        std::ranges::search(receipt, label, {}, [](std::uint8_t c) { return static_cast<char>(std::tolower(c)); });
    return at.empty() ? receipt : receipt.subspan(static_cast<std::size_t>(at.end() - receipt.begin()));
  }

  smpp::field_reader r_;
  std::vector<pdu_part>& found_;
  std::uint8_t esm_class_ = 0;
  bool wrong_ = false;
};

// False when this PDU's layout is not known.
bool walk_body(command_id id, walk& w) {
  switch (id) {
    case command_id::bind_receiver:
    case command_id::bind_transmitter:
    case command_id::bind_transceiver:
      w.strings(1);
      w.password();
      w.strings(1);
      w.integers(3);
      w.strings(1);
      return true;
    case command_id::outbind:
      w.strings(1);
      w.password();
      return true;
    case command_id::submit_sm:
    case command_id::deliver_sm:
      w.strings(1);
      w.address();
      w.address();
      w.from_esm_class();
      return true;
    case command_id::submit_multi:
      w.strings(1);
      w.address();
      w.destinations();
      w.from_esm_class();
      return true;
    case command_id::data_sm:
      w.strings(1);
      w.address();
      w.address();
      w.esm_class();
      w.integers(2);
      w.optional_parameters();
      return true;
    case command_id::query_sm:
      w.strings(1);
      w.address();
      return true;
    case command_id::cancel_sm:
      w.strings(2);
      w.address();
      w.address();
      return true;
    case command_id::replace_sm:
      w.strings(1);
      w.address();
      w.strings(2);
      w.integers(2);
      w.short_message();
      return true;
    case command_id::alert_notification:
      w.address();
      w.address();
      w.optional_parameters();
      return true;
    case command_id::broadcast_sm:
      w.strings(1);
      w.address();
      w.strings(1);
      w.integers(1);
      w.strings(2);
      w.integers(3);
      w.optional_parameters();
      return true;
    case command_id::submit_multi_resp:
      w.strings(1);
      w.unsuccessful();
      return true;
    case command_id::query_sm_resp:
      w.strings(2);
      w.integers(2);
      return true;
    case command_id::bind_receiver_resp:
    case command_id::bind_transmitter_resp:
    case command_id::bind_transceiver_resp:
    case command_id::submit_sm_resp:
    case command_id::deliver_sm_resp:
    case command_id::data_sm_resp:
    case command_id::broadcast_sm_resp:
      w.strings(1);
      w.optional_parameters();
      return true;
    default:
      return false;
  }
}

}  // namespace

void visit_parts(octets pdu, const std::function<void(const pdu_part&)>& visit) {
  const octets body = pdu.subspan(smpp::header_length);
  if (body.empty()) return;
  std::vector<pdu_part> found;
  walk w(body, found);
  if (!walk_body(smpp::read_header(pdu).command_id, w) || w.failed()) {
    // The addresses that were read are addresses all the same; masked is everything.
    found.push_back({kind::unknown, 0, body});
  }
  std::ranges::for_each(found, visit);
}

}  // namespace proxy
