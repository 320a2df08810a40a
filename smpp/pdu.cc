#include "smpp/pdu.h"

#include <algorithm>
#include <array>
#include <utility>

namespace smpp {
namespace {

// Table 5-2 (5.1.3), ascending.
constexpr std::array<std::pair<std::uint32_t, std::string_view>, 48> statuses{{
    {0x00, "ESME_ROK"},
    {0x01, "ESME_RINVMSGLEN"},
    {0x02, "ESME_RINVCMDLEN"},
    {0x03, "ESME_RINVCMDID"},
    {0x04, "ESME_RINVBNDSTS"},
    {0x05, "ESME_RALYBND"},
    {0x06, "ESME_RINVPRTFLG"},
    {0x07, "ESME_RINVREGDLVFLG"},
    {0x08, "ESME_RSYSERR"},
    {0x0A, "ESME_RINVSRCADR"},
    {0x0B, "ESME_RINVDSTADR"},
    {0x0C, "ESME_RINVMSGID"},
    {0x0D, "ESME_RBINDFAIL"},
    {0x0E, "ESME_RINVPASWD"},
    {0x0F, "ESME_RINVSYSID"},
    {0x11, "ESME_RCANCELFAIL"},
    {0x13, "ESME_RREPLACEFAIL"},
    {0x14, "ESME_RMSGQFUL"},
    {0x15, "ESME_RINVSERTYP"},
    {0x33, "ESME_RINVNUMDESTS"},
    {0x34, "ESME_RINVDLNAME"},
    {0x40, "ESME_RINVDESTFLAG"},
    {0x42, "ESME_RINVSUBREP"},
    {0x43, "ESME_RINVESMCLASS"},
    {0x44, "ESME_RCNTSUBDL"},
    {0x45, "ESME_RSUBMITFAIL"},
    {0x48, "ESME_RINVSRCTON"},
    {0x49, "ESME_RINVSRCNPI"},
    {0x50, "ESME_RINVDSTTON"},
    {0x51, "ESME_RINVDSTNPI"},
    {0x53, "ESME_RINVSYSTYP"},
    {0x54, "ESME_RINVREPFLAG"},
    {0x55, "ESME_RINVNUMMSGS"},
    {0x58, "ESME_RTHROTTLED"},
    {0x61, "ESME_RINVSCHED"},
    {0x62, "ESME_RINVEXPIRY"},
    {0x63, "ESME_RINVDFTMSGID"},
    {0x64, "ESME_RX_T_APPN"},
    {0x65, "ESME_RX_P_APPN"},
    {0x66, "ESME_RX_R_APPN"},
    {0x67, "ESME_RQUERYFAIL"},
    {0xC0, "ESME_RINVOPTPARSTREAM"},
    {0xC1, "ESME_ROPTPARNOTALLWD"},
    {0xC2, "ESME_RINVPARLEN"},
    {0xC3, "ESME_RMISSINGOPTPARAM"},
    {0xC4, "ESME_RINVOPTPARAMVAL"},
    {0xFE, "ESME_RDELIVERYFAILURE"},
    {0xFF, "ESME_RUNKNOWNERR"},
}};

}  // namespace

std::string_view name(command_id id) {
  switch (id) {
    case command_id::generic_nack:
      return "generic_nack";
    case command_id::bind_receiver:
      return "bind_receiver";
    case command_id::bind_receiver_resp:
      return "bind_receiver_resp";
    case command_id::bind_transmitter:
      return "bind_transmitter";
    case command_id::bind_transmitter_resp:
      return "bind_transmitter_resp";
    case command_id::query_sm:
      return "query_sm";
    case command_id::query_sm_resp:
      return "query_sm_resp";
    case command_id::submit_sm:
      return "submit_sm";
    case command_id::submit_sm_resp:
      return "submit_sm_resp";
    case command_id::deliver_sm:
      return "deliver_sm";
    case command_id::deliver_sm_resp:
      return "deliver_sm_resp";
    case command_id::unbind:
      return "unbind";
    case command_id::unbind_resp:
      return "unbind_resp";
    case command_id::replace_sm:
      return "replace_sm";
    case command_id::replace_sm_resp:
      return "replace_sm_resp";
    case command_id::cancel_sm:
      return "cancel_sm";
    case command_id::cancel_sm_resp:
      return "cancel_sm_resp";
    case command_id::bind_transceiver:
      return "bind_transceiver";
    case command_id::bind_transceiver_resp:
      return "bind_transceiver_resp";
    case command_id::outbind:
      return "outbind";
    case command_id::enquire_link:
      return "enquire_link";
    case command_id::enquire_link_resp:
      return "enquire_link_resp";
    case command_id::submit_multi:
      return "submit_multi";
    case command_id::submit_multi_resp:
      return "submit_multi_resp";
    case command_id::alert_notification:
      return "alert_notification";
    case command_id::data_sm:
      return "data_sm";
    case command_id::data_sm_resp:
      return "data_sm_resp";
    case command_id::broadcast_sm:
      return "broadcast_sm";
    case command_id::broadcast_sm_resp:
      return "broadcast_sm_resp";
    case command_id::query_broadcast_sm:
      return "query_broadcast_sm";
    case command_id::query_broadcast_sm_resp:
      return "query_broadcast_sm_resp";
    case command_id::cancel_broadcast_sm:
      return "cancel_broadcast_sm";
    case command_id::cancel_broadcast_sm_resp:
      return "cancel_broadcast_sm_resp";
  }
  return {};
}

std::string_view name(command_status status) {
  const auto value = static_cast<std::uint32_t>(status);
  const auto it = std::ranges::lower_bound(statuses, value, {}, [](const auto& entry) { return entry.first; });
  return it != statuses.end() && it->first == value ? it->second : std::string_view{};
}

void append_header(buffer& out, command_id id, command_status status, std::uint32_t sequence_number) {
  const std::size_t at = out.size();
  out.resize(at + header_length);
  write_u32(out.data() + at, header_length);
  write_u32(out.data() + at + 4, static_cast<std::uint32_t>(id));
  write_u32(out.data() + at + 8, static_cast<std::uint32_t>(status));
  write_u32(out.data() + at + 12, sequence_number);
}

void append_renumbered(buffer& out, octets pdu, std::uint32_t sequence_number) {
  const std::size_t at = out.size();
  out.insert(out.end(), pdu.begin(), pdu.end());
  write_u32(out.data() + at + 12, sequence_number);
}

}  // namespace smpp
