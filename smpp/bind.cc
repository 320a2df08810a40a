#include "smpp/bind.h"

#include <algorithm>
#include <initializer_list>

#include "smpp/field_reader.h"

namespace smpp {
namespace {

// With other texts in place of the first of its body.
buffer with_first_texts(octets pdu, std::initializer_list<std::string_view> texts) {
  buffer out(pdu.begin(), pdu.begin() + header_length);
  octets rest = pdu.subspan(header_length);
  for (const std::string_view text : texts) {
    out.insert(out.end(), text.begin(), text.end());
    out.push_back(0);
    rest = rest.subspan(static_cast<std::size_t>(std::ranges::find(rest, std::uint8_t{0}) - rest.begin()) + 1);
  }
  out.insert(out.end(), rest.begin(), rest.end());
  write_u32(out.data(), static_cast<std::uint32_t>(out.size()));
  return out;
}

}  // namespace

command_status decode(octets pdu, bind& out) {
  field_reader body(pdu.subspan(header_length));
  out.system_id = body.c_octet_string();
  out.password = body.c_octet_string();
  out.system_type = body.c_octet_string();
  out.interface_version = body.integer();
  out.addr_ton = body.integer();
  out.addr_npi = body.integer();
  out.address_range = body.c_octet_string();
  return body.failed() ? command_status::ESME_RINVMSGLEN : command_status::ESME_ROK;
}

void append_bind(buffer& out, command_id id, std::uint32_t sequence_number, std::string_view system_id,
                 std::string_view password, std::string_view system_type) {
  const std::size_t start = out.size();
  append_header(out, id, command_status::ESME_ROK, sequence_number);
  for (const std::string_view text : {system_id, password, system_type}) {
    out.insert(out.end(), text.begin(), text.end());
    out.push_back(0);
  }
  out.insert(out.end(), {0x34, 0, 0, 0});  // interface_version, addr_ton, addr_npi, an empty address_range
  write_u32(out.data() + start, static_cast<std::uint32_t>(out.size() - start));
}

buffer bind_as(octets pdu, std::string_view system_id, std::string_view password) {
  return with_first_texts(pdu, {system_id, password});
}

buffer bind_resp_naming(octets pdu, std::string_view system_id) {
  return with_first_texts(pdu, {system_id});
}

}  // namespace smpp
