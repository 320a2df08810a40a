// PDUs from files: name, octets in hexadecimal, origin, separated by tabs.
#pragma once

#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "smpp/bind.h"
#include "smpp/framer.h"
#include "smpp/message.h"
#include "smpp/submit_multi.h"
#include "smpp/text.h"

namespace testing {

struct pdu_vector {
  std::string name;
  smpp::buffer octets;

  bool is(std::string_view first_word) const { return name.starts_with(first_word); }
};

inline constexpr std::uint32_t max_command_length = 70'000;

inline smpp::buffer from_hexadecimal(const std::string& digits) {
  smpp::buffer octets;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    octets.push_back(static_cast<std::uint8_t>(std::stoul(digits.substr(i, 2), nullptr, 16)));
  }
  return octets;
}

// Empty when there is no such file.
inline std::vector<pdu_vector> read_vectors(const std::string& path) {
  std::vector<pdu_vector> vectors;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    std::istringstream fields(line);
    pdu_vector v;
    std::string digits;
    if (std::getline(fields, v.name, '\t') && std::getline(fields, digits, '\t')) {
      v.octets = from_hexadecimal(digits);
      vectors.push_back(std::move(v));
    }
  }
  return vectors;
}

inline std::vector<pdu_vector> quirks() {
  return read_vectors(CONSENTGATE_TESTS_DIR "/data/quirks.tsv");
}

// What the decoder of its command says of a whole PDU; nothing when the gate does not look into that command.
inline std::optional<smpp::command_status> decoded(smpp::octets pdu) {
  using smpp::command_id;
  smpp::message m;
  smpp::bind b;
  smpp::submit_multi multi;
  smpp::address source;
  switch (smpp::read_header(pdu).command_id) {
    case command_id::bind_receiver:
    case command_id::bind_transmitter:
    case command_id::bind_transceiver:
      return smpp::decode(pdu, b);
    case command_id::submit_sm:
      return smpp::decode_submit_sm(pdu, m);
    case command_id::deliver_sm:
      return smpp::decode_deliver_sm(pdu, m);
    case command_id::data_sm:
      return smpp::decode_data_sm(pdu, m, false);
    case command_id::submit_multi:
      return smpp::decode_submit_multi(pdu, multi);
    case command_id::broadcast_sm:
      return smpp::decode_broadcast_sm(pdu, source);
    default:
      return std::nullopt;
  }
}

}  // namespace testing
