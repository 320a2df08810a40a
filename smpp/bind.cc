#include "smpp/bind.h"

#include "smpp/field_reader.h"

namespace smpp {

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

}  // namespace smpp
