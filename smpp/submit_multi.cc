#include "smpp/submit_multi.h"

#include <algorithm>
#include <span>

#include "smpp/message_fields.h"

namespace smpp {

namespace {

constexpr std::uint8_t sme_address = 1;
constexpr std::uint8_t distribution_list_name = 2;
constexpr std::size_t most_unsuccess = 255;  // no_unsuccess is one octet

void append(buffer& out, octets data) {
  out.insert(out.end(), data.begin(), data.end());
}

void append_c_octet_string(buffer& out, std::string_view text) {
  out.insert(out.end(), text.begin(), text.end());
  out.push_back(0);
}

void append_unsuccess(buffer& out, const std::vector<unsuccess_sme>& refused, std::size_t count) {
  for (const unsuccess_sme& u : std::span(refused).first(count)) {
    out.push_back(u.dest_addr_ton);
    out.push_back(u.dest_addr_npi);
    append_c_octet_string(out, u.destination_addr);
    const std::size_t at = out.size();
    out.resize(at + 4);
    write_u32(out.data() + at, static_cast<std::uint32_t>(u.error_status_code));
  }
}

// Sets the command_length of the PDU that starts at `start` and ends with the buffer.
void close(buffer& out, std::size_t start) {
  write_u32(out.data() + start, static_cast<std::uint32_t>(out.size() - start));
}

command_status decode_dest_address(field_reader& body, dest_address& out) {
  const std::size_t start = body.position();
  const std::uint8_t dest_flag = body.integer();
  if (body.failed()) return command_status::ESME_RINVMSGLEN;
  if (dest_flag == sme_address) {
    out.sme = body.address();
  } else if (dest_flag == distribution_list_name) {
    out.distribution_list = true;
    out.dl_name = body.c_octet_string();
  } else {
    return command_status::ESME_RINVDESTFLAG;
  }
  if (body.failed()) return command_status::ESME_RINVMSGLEN;
  if (!out.distribution_list && out.sme.text.empty()) return command_status::ESME_RINVDSTADR;
  out.encoded = body.between(start, body.position());
  return command_status::ESME_ROK;
}

}  // namespace

command_status decode_submit_multi(octets pdu, submit_multi& out) {
  field_reader body(pdu.subspan(header_length));
  out.service_type = body.c_octet_string();
  out.source_addr = body.address();
  if (body.failed()) return command_status::ESME_RINVMSGLEN;
  out.before = body.between(0, body.position());
  const std::uint8_t number_of_dests = body.integer();
  if (body.failed()) return command_status::ESME_RINVMSGLEN;
  if (number_of_dests == 0) return command_status::ESME_RINVNUMDESTS;
  out.dest_addresses.clear();
  out.dest_addresses.reserve(number_of_dests);
  for (unsigned i = 0; i < number_of_dests; ++i) {
    dest_address to;
    if (const command_status status = decode_dest_address(body, to); status != command_status::ESME_ROK) return status;
    out.dest_addresses.push_back(to);
  }
  out.after = body.rest();
  out.rest = {};
  out.rest.service_type = out.service_type;
  out.rest.source_addr = out.source_addr;
  return decode_from_esm_class(body, out.rest);
}

void append_submit_multi(buffer& out, const submit_multi& m, const std::vector<bool>& keep,
                         std::uint32_t sequence_number) {
  const std::size_t start = out.size();
  append_header(out, command_id::submit_multi, command_status::ESME_ROK, sequence_number);
  append(out, m.before);
  const std::size_t number_of_dests = out.size();
  out.push_back(0);
  for (std::size_t i = 0; i < m.dest_addresses.size(); ++i) {
    if (!keep[i]) continue;
    ++out[number_of_dests];
    append(out, m.dest_addresses[i].encoded);
  }
  append(out, m.after);
  close(out, start);
}

std::vector<unsuccess_sme> unsuccess_in(octets submit_multi_resp) {
  field_reader body(submit_multi_resp.subspan(header_length));
  body.c_octet_string();  // message_id
  const std::uint8_t no_unsuccess = body.integer();
  std::vector<unsuccess_sme> all;
  for (unsigned i = 0; i < no_unsuccess; ++i) {
    const address to = body.address();
    const octets status = body.octet_string(4);
    if (body.failed()) return {};
    all.push_back({to.ton, to.npi, std::string(to.text), command_status{read_u32(status.data())}});
  }
  return all;
}

void append_submit_multi_resp(buffer& out, command_status status, std::uint32_t sequence_number,
                              const std::vector<unsuccess_sme>& refused) {
  const std::size_t start = out.size();
  append_header(out, command_id::submit_multi_resp, status, sequence_number);
  append_c_octet_string(out, "");
  const std::size_t reported = std::min(refused.size(), most_unsuccess);
  out.push_back(static_cast<std::uint8_t>(reported));
  append_unsuccess(out, refused, reported);
  close(out, start);
}

void append_submit_multi_resp(buffer& out, octets answer, std::uint32_t sequence_number,
                              const std::vector<unsuccess_sme>& refused) {
  const header h = read_header(answer);
  if (h.command_id != command_id::submit_multi_resp) return append_renumbered(out, answer, sequence_number);
  field_reader body(answer.subspan(header_length));
  const bool ok = h.command_status == command_status::ESME_ROK;
  if (ok && body.rest().empty()) return append_submit_multi_resp(out, h.command_status, sequence_number, refused);
  body.c_octet_string();
  const octets message_id = body.between(0, body.position());
  const bool has_count = !ok || !body.rest().empty();
  const std::uint8_t no_unsuccess = has_count ? body.integer() : std::uint8_t{0};
  const std::size_t list = body.position();
  for (unsigned i = 0; i < no_unsuccess; ++i) {
    body.address();
    body.octet_string(4);
  }
  if (body.failed()) return append_renumbered(out, answer, sequence_number);

  const std::size_t added = std::min<std::size_t>(refused.size(), most_unsuccess - no_unsuccess);
  const std::size_t start = out.size();
  append_header(out, h.command_id, h.command_status, sequence_number);
  append(out, message_id);
  out.push_back(static_cast<std::uint8_t>(no_unsuccess + added));
  append(out, body.between(list, body.position()));
  append_unsuccess(out, refused, added);
  append(out, body.rest());
  close(out, start);
}

}  // namespace smpp
