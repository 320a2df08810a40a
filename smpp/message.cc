#include "smpp/message.h"

#include <algorithm>

#include "smpp/message_fields.h"
#include "smpp/tlv.h"

namespace smpp {
namespace {

command_status take_optional_parameters(const field_reader& body, message& out) {
  if (body.failed()) return command_status::ESME_RINVMSGLEN;
  out.optional_parameters = body.rest();
  if (out.optional_parameters.empty()) return command_status::ESME_ROK;
  return well_formed(out.optional_parameters) ? command_status::ESME_ROK : command_status::ESME_RINVOPTPARSTREAM;
}

}  // namespace

command_status decode_from_esm_class(field_reader& body, message& out) {
  // Without times, as most are, all fields are at fixed places: a third of the steps.
  if (const octets next = body.rest(); next.size() >= 10 && next[3] == 0 && next[4] == 0) {
    out.esm_class = next[0];
    out.protocol_id = next[1];
    out.priority_flag = next[2];
    out.schedule_delivery_time = out.validity_period = {};
    out.registered_delivery = next[5];
    out.replace_if_present_flag = next[6];
    out.data_coding = next[7];
    out.sm_default_msg_id = next[8];
    body.octet_string(9);
    const std::uint8_t sm_length = body.integer();
    out.short_message = body.octet_string(sm_length);
    return take_optional_parameters(body, out);
  }
  out.esm_class = body.integer();
  out.protocol_id = body.integer();
  out.priority_flag = body.integer();
  out.schedule_delivery_time = body.c_octet_string();
  out.validity_period = body.c_octet_string();
  out.registered_delivery = body.integer();
  out.replace_if_present_flag = body.integer();
  out.data_coding = body.integer();
  out.sm_default_msg_id = body.integer();
  const std::uint8_t sm_length = body.integer();
  out.short_message = body.octet_string(sm_length);
  return take_optional_parameters(body, out);
}

command_status decode_deliver_sm(octets pdu, message& out) {
  field_reader body(pdu.subspan(header_length));
  out.service_type = body.c_octet_string();
  out.source_addr = body.address();
  out.destination_addr = body.address();
  return decode_from_esm_class(body, out);
}

command_status decode_submit_sm(octets pdu, message& out) {
  const command_status status = decode_deliver_sm(pdu, out);
  if (status == command_status::ESME_ROK && out.destination_addr.text.empty()) return command_status::ESME_RINVDSTADR;
  return status;
}

command_status decode_data_sm(octets pdu, message& out, bool submission) {
  out = {};  // it has fewer fields than the others: nothing of an earlier message stays
  field_reader body(pdu.subspan(header_length));
  out.service_type = body.c_octet_string();
  out.source_addr = body.address();
  out.destination_addr = body.address();
  out.esm_class = body.integer();
  out.registered_delivery = body.integer();
  out.data_coding = body.integer();
  const command_status status = take_optional_parameters(body, out);
  if (status == command_status::ESME_ROK && submission && out.destination_addr.text.empty()) {
    return command_status::ESME_RINVDSTADR;
  }
  return status;
}

command_status decode_replace_sm(octets pdu, replace_sm& out) {
  field_reader body(pdu.subspan(header_length));
  out.message_id = body.c_octet_string();
  out.rest = {};
  out.rest.source_addr = body.address();
  out.rest.schedule_delivery_time = body.c_octet_string();
  out.rest.validity_period = body.c_octet_string();
  out.rest.registered_delivery = body.integer();
  out.rest.sm_default_msg_id = body.integer();
  const std::uint8_t sm_length = body.integer();
  out.rest.short_message = body.octet_string(sm_length);
  return take_optional_parameters(body, out.rest);
}

command_status decode_broadcast_sm(octets pdu, address& source_addr) {
  field_reader body(pdu.subspan(header_length));
  body.c_octet_string();  // service_type
  source_addr = body.address();
  return body.failed() ? command_status::ESME_RINVMSGLEN : command_status::ESME_ROK;
}

std::string_view message_id(octets answer) {
  const octets body = answer.subspan(header_length);
  field_reader fields(body);
  const std::string_view terminated = fields.c_octet_string();
  return fields.failed() ? std::string_view(reinterpret_cast<const char*>(body.data()), body.size()) : terminated;
}

octets user_data(const message& m) {
  const bool blank = std::ranges::all_of(m.short_message, [](std::uint8_t octet) { return octet == 0; });
  return blank ? find(m.optional_parameters, tag::message_payload).value_or(m.short_message) : m.short_message;
}

bool is_from_a_person(const message& m) {
  constexpr std::uint8_t message_type = 0x3C;
  if ((m.esm_class & message_type) != 0) return false;
  return !find(m.optional_parameters, tag::receipted_message_id) && !find(m.optional_parameters, tag::message_state);
}

}  // namespace smpp
