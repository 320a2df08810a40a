// The PDU header and the numbers of SMPP 3.4 (Issue 1.2): command_id (5.1.2.1), command_status (5.1.3), header (3.2).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace smpp {

using octets = std::span<const std::uint8_t>;
using buffer = std::vector<std::uint8_t>;

// Any 32-bit value may arrive: those without a name here are carried as they are.
enum class command_id : std::uint32_t {
  generic_nack = 0x80000000,
  bind_receiver = 0x00000001,
  bind_receiver_resp = 0x80000001,
  bind_transmitter = 0x00000002,
  bind_transmitter_resp = 0x80000002,
  query_sm = 0x00000003,
  query_sm_resp = 0x80000003,
  submit_sm = 0x00000004,
  submit_sm_resp = 0x80000004,
  deliver_sm = 0x00000005,
  deliver_sm_resp = 0x80000005,
  unbind = 0x00000006,
  unbind_resp = 0x80000006,
  replace_sm = 0x00000007,
  replace_sm_resp = 0x80000007,
  cancel_sm = 0x00000008,
  cancel_sm_resp = 0x80000008,
  bind_transceiver = 0x00000009,
  bind_transceiver_resp = 0x80000009,
  outbind = 0x0000000B,
  enquire_link = 0x00000015,
  enquire_link_resp = 0x80000015,
  submit_multi = 0x00000021,
  submit_multi_resp = 0x80000021,
  alert_notification = 0x00000102,
  data_sm = 0x00000103,
  data_sm_resp = 0x80000103,
  broadcast_sm = 0x00000111,  // SMPP 5.0
  broadcast_sm_resp = 0x80000111,
  query_broadcast_sm = 0x00000112,
  query_broadcast_sm_resp = 0x80000112,
  cancel_broadcast_sm = 0x00000113,
  cancel_broadcast_sm_resp = 0x80000113,
};

enum class command_status : std::uint32_t {
  ESME_ROK = 0x00,
  ESME_RINVMSGLEN = 0x01,
  ESME_RINVCMDLEN = 0x02,
  ESME_RINVCMDID = 0x03,
  ESME_RINVBNDSTS = 0x04,
  ESME_RALYBND = 0x05,
  ESME_RSYSERR = 0x08,
  ESME_RINVSRCADR = 0x0A,
  ESME_RINVDSTADR = 0x0B,
  ESME_RBINDFAIL = 0x0D,
  ESME_RINVPASWD = 0x0E,
  ESME_RMSGQFUL = 0x14,
  ESME_RINVNUMDESTS = 0x33,
  ESME_RINVDESTFLAG = 0x40,
  ESME_RSUBMITFAIL = 0x45,
  ESME_RTHROTTLED = 0x58,
  ESME_RX_T_APPN = 0x64,
  ESME_RINVOPTPARSTREAM = 0xC0,
  ESME_RINVPARLEN = 0xC2,
};

// command_length counts the header itself: 16 is the smallest PDU.
inline constexpr std::size_t header_length = 16;

struct header {
  std::uint32_t command_length = header_length;
  smpp::command_id command_id{};
  smpp::command_status command_status = smpp::command_status::ESME_ROK;
  std::uint32_t sequence_number = 0;
};

constexpr std::uint32_t read_u32(const std::uint8_t* from) {
  return std::uint32_t{from[0]} << 24 | std::uint32_t{from[1]} << 16 | std::uint32_t{from[2]} << 8 | from[3];
}

constexpr std::uint16_t read_u16(const std::uint8_t* from) {
  return static_cast<std::uint16_t>(from[0] << 8 | from[1]);
}

constexpr void write_u32(std::uint8_t* to, std::uint32_t value) {
  to[0] = static_cast<std::uint8_t>(value >> 24);
  to[1] = static_cast<std::uint8_t>(value >> 16);
  to[2] = static_cast<std::uint8_t>(value >> 8);
  to[3] = static_cast<std::uint8_t>(value);
}

// `pdu` holds at least header_length octets.
constexpr header read_header(octets pdu) {
  return {read_u32(pdu.data()), command_id{read_u32(pdu.data() + 4)}, command_status{read_u32(pdu.data() + 8)},
          read_u32(pdu.data() + 12)};
}

constexpr bool is_response(command_id id) {
  return (static_cast<std::uint32_t>(id) & 0x80000000U) != 0;
}

constexpr command_id response_to(command_id request) {
  return command_id{static_cast<std::uint32_t>(request) | 0x80000000U};
}

constexpr bool is_bind(command_id id) {
  return id == command_id::bind_receiver || id == command_id::bind_transmitter || id == command_id::bind_transceiver;
}

// The name in the specification ("submit_sm", "ESME_RSUBMITFAIL"), empty when the value has none. All 48 named codes of
// table 5-2 have one, also those the gate itself never uses.
std::string_view name(command_id id);
std::string_view name(command_status status);

// Appends a PDU that is a header alone.
void append_header(buffer& out, command_id id, command_status status, std::uint32_t sequence_number);

// Appends `pdu` with another sequence_number: how everything that needs no verdict crosses the gate.
void append_renumbered(buffer& out, octets pdu, std::uint32_t sequence_number);

}  // namespace smpp
