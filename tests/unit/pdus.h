// PDUs as peers would send them.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "smpp/pdu.h"

namespace testing::pdus {

using smpp::buffer;
using smpp::command_id;
using smpp::command_status;

inline void close(buffer& pdu) {
  smpp::write_u32(pdu.data(), static_cast<std::uint32_t>(pdu.size()));
}

inline void text(buffer& pdu, std::string_view t) {
  pdu.insert(pdu.end(), t.begin(), t.end());
  pdu.push_back(0);
}

inline void octets(buffer& pdu, std::initializer_list<unsigned> values) {
  for (const unsigned v : values)
    pdu.push_back(static_cast<std::uint8_t>(v));
}

inline buffer header(command_id id, std::uint32_t sequence_number, command_status status = command_status::ESME_ROK) {
  buffer pdu;
  smpp::append_header(pdu, id, status, sequence_number);
  return pdu;
}

// A header and one C-Octet String: bind_resp, submit_sm_resp, deliver_sm_resp.
inline buffer with_text(command_id id, command_status status, std::uint32_t sequence_number, std::string_view t) {
  buffer pdu = header(id, sequence_number, status);
  text(pdu, t);
  close(pdu);
  return pdu;
}

inline buffer bind(command_id id, std::uint32_t sequence_number, std::string_view system_id) {
  buffer pdu = header(id, sequence_number);
  text(pdu, system_id);
  text(pdu, "secret");
  text(pdu, "");
  octets(pdu, {0x34, 0, 0});
  text(pdu, "");
  close(pdu);
  return pdu;
}

struct sm {
  std::string source = "36111";
  std::string destination = "33612345678";
  std::string text = "hello";
  unsigned source_ton = 0;
  unsigned destination_ton = 1;
  unsigned esm_class = 0;
  unsigned data_coding = 0;
  std::string optional_parameters{};
};

// submit_sm and deliver_sm share one layout.
inline buffer short_message(command_id id, std::uint32_t sequence_number, const sm& m) {
  buffer pdu = header(id, sequence_number);
  text(pdu, "");
  octets(pdu, {m.source_ton, 1});
  text(pdu, m.source);
  octets(pdu, {m.destination_ton, 1});
  text(pdu, m.destination);
  octets(pdu, {m.esm_class, 0, 0});
  text(pdu, "");
  text(pdu, "");
  octets(pdu, {0, 0, m.data_coding, 0, static_cast<unsigned>(m.text.size())});
  pdu.insert(pdu.end(), m.text.begin(), m.text.end());
  pdu.insert(pdu.end(), m.optional_parameters.begin(), m.optional_parameters.end());
  close(pdu);
  return pdu;
}

inline buffer submit_sm(std::uint32_t sequence_number, const sm& m = {}) {
  return short_message(command_id::submit_sm, sequence_number, m);
}

// What a person writes to a short code.
inline buffer deliver_sm(std::uint32_t sequence_number, std::string_view words, const std::string& from = "33612345678",
                         const std::string& to = "36111") {
  sm m;
  m.source = from;
  m.source_ton = 1;
  m.destination = to;
  m.destination_ton = 0;
  m.text = words;
  return short_message(command_id::deliver_sm, sequence_number, m);
}

inline buffer data_sm(std::uint32_t sequence_number, std::string_view source, std::string_view destination) {
  buffer pdu = header(command_id::data_sm, sequence_number);
  text(pdu, "");
  octets(pdu, {0, 1});
  text(pdu, source);
  octets(pdu, {1, 1});
  text(pdu, destination);
  octets(pdu, {0, 0, 0});
  octets(pdu, {0x04, 0x24, 0, 2, 'h', 'i'});
  close(pdu);
  return pdu;
}

// Destinations that begin with '=' are distribution lists.
inline buffer submit_multi(std::uint32_t sequence_number, std::initializer_list<std::string> destinations,
                           std::string_view source = "36111") {
  buffer pdu = header(command_id::submit_multi, sequence_number);
  text(pdu, "");
  octets(pdu, {0, 1});
  text(pdu, source);
  octets(pdu, {static_cast<unsigned>(destinations.size())});
  for (const std::string& d : destinations) {
    if (d.starts_with("=")) {
      octets(pdu, {2});
      text(pdu, d.substr(1));
    } else {
      octets(pdu, {1, 1, 1});
      text(pdu, d);
    }
  }
  octets(pdu, {0, 0, 0});
  text(pdu, "");
  text(pdu, "");
  octets(pdu, {0, 0, 0, 0, 2, 'h', 'i'});
  close(pdu);
  return pdu;
}

struct unsuccessful {
  std::string destination;
  unsigned ton = 1, npi = 1;
  unsigned status = 0x45;
};

inline buffer submit_multi_resp(std::uint32_t sequence_number, std::string_view message_id,
                                std::initializer_list<unsuccessful> refused) {
  buffer pdu = with_text(command_id::submit_multi_resp, command_status::ESME_ROK, sequence_number, message_id);
  octets(pdu, {static_cast<unsigned>(refused.size())});
  for (const unsuccessful& u : refused) {
    octets(pdu, {u.ton, u.npi});
    text(pdu, u.destination);
    octets(pdu, {0, 0, 0, u.status});
  }
  close(pdu);
  return pdu;
}

inline buffer operator+(buffer a, const buffer& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

}  // namespace testing::pdus
