// The decoders on any PDU: what they give lies inside it, and what is written from it reads back the same.
#include <algorithm>
#include <string>
#include <vector>

#include "smpp/bind.h"
#include "smpp/submit_multi.h"
#include "smpp/tlv.h"
#include "tests/fuzz/check.h"

namespace {

using smpp::command_status;

template <typename View>
void check_inside(smpp::octets pdu, const View& view) {
  if (view.empty()) return;
  const auto* start = reinterpret_cast<const std::uint8_t*>(view.data());
  FUZZ_CHECK(start >= pdu.data() + smpp::header_length);
  FUZZ_CHECK(start + view.size() <= pdu.data() + pdu.size());
}

void check_message(smpp::octets pdu, const smpp::message& m) {
  for (const std::string_view text :
       {m.service_type, m.source_addr.text, m.destination_addr.text, m.schedule_delivery_time, m.validity_period}) {
    check_inside(pdu, text);
    FUZZ_CHECK(text.find('\0') == std::string_view::npos);
  }
  check_inside(pdu, m.short_message);
  check_inside(pdu, m.optional_parameters);
  check_inside(pdu, smpp::user_data(m));
  FUZZ_CHECK(m.short_message.size() <= 255);
  for (const std::uint16_t tag : {smpp::tag::message_payload, smpp::tag::sar_msg_ref_num, smpp::tag::message_state}) {
    const auto value = smpp::find(m.optional_parameters, tag);
    if (value) check_inside(pdu, *value);
    FUZZ_CHECK(value || !smpp::find_integer(m.optional_parameters, tag));
  }
  smpp::is_from_a_person(m);
}

void check_messages(smpp::octets pdu) {
  smpp::message deliver;
  const command_status delivered = smpp::decode_deliver_sm(pdu, deliver);
  if (delivered == command_status::ESME_ROK) {
    FUZZ_CHECK(smpp::well_formed(deliver.optional_parameters));
    // The mandatory fields and the optional parameters are the whole of it.
    FUZZ_CHECK(deliver.optional_parameters.empty() ||
               deliver.optional_parameters.data() + deliver.optional_parameters.size() == pdu.data() + pdu.size());
  }
  check_message(pdu, deliver);
  smpp::message submit;
  const command_status submitted = smpp::decode_submit_sm(pdu, submit);
  const bool to_nobody = delivered == command_status::ESME_ROK && deliver.destination_addr.text.empty();
  FUZZ_CHECK(submitted == (to_nobody ? command_status::ESME_RINVDSTADR : delivered));

  smpp::message data;
  if (smpp::decode_data_sm(pdu, data, true) == command_status::ESME_ROK) {
    FUZZ_CHECK(!data.destination_addr.text.empty());
    FUZZ_CHECK(data.short_message.empty());
  }
  check_message(pdu, data);
  smpp::address source;
  smpp::replace_sm replaced;
  if (smpp::decode_replace_sm(pdu, replaced) == command_status::ESME_ROK) {
    check_inside(pdu, replaced.message_id);
    check_inside(pdu, replaced.rest.source_addr.text);
  }
  if (smpp::decode_broadcast_sm(pdu, source) == command_status::ESME_ROK) check_inside(pdu, source.text);
}

void check_bind(smpp::octets pdu) {
  smpp::bind b;
  if (smpp::decode(pdu, b) != command_status::ESME_ROK) return;
  for (const std::string_view text : {b.system_id, b.password, b.system_type, b.address_range})
    check_inside(pdu, text);
}

// The destinations kept, in their order, and nothing else changed.
void check_kept(const smpp::submit_multi& m, unsigned pattern) {
  std::vector<bool> keep;
  std::vector<std::string> expected;
  for (std::size_t i = 0; i < m.dest_addresses.size(); ++i) {
    keep.push_back((pattern >> (i % 8) & 1U) != 0);
    const smpp::dest_address& to = m.dest_addresses[i];
    if (keep.back()) expected.emplace_back(to.encoded.begin(), to.encoded.end());
  }
  if (expected.empty()) return;
  smpp::buffer out;
  smpp::append_submit_multi(out, m, keep, 7);
  FUZZ_CHECK(smpp::read_header(out).command_length == out.size());
  smpp::submit_multi again;
  FUZZ_CHECK(smpp::decode_submit_multi(out, again) == command_status::ESME_ROK);
  FUZZ_CHECK(again.dest_addresses.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const smpp::octets encoded = again.dest_addresses[i].encoded;
    FUZZ_CHECK(std::string(encoded.begin(), encoded.end()) == expected[i]);
  }
  FUZZ_CHECK(std::ranges::equal(again.before, m.before));
  FUZZ_CHECK(std::ranges::equal(again.after, m.after));
}

void check_submit_multi(smpp::octets pdu, unsigned pattern) {
  smpp::submit_multi m;
  if (smpp::decode_submit_multi(pdu, m) != command_status::ESME_ROK) return;
  FUZZ_CHECK(!m.dest_addresses.empty() && m.dest_addresses.size() <= 255);
  for (const smpp::dest_address& to : m.dest_addresses) {
    check_inside(pdu, to.encoded);
    check_inside(pdu, to.distribution_list ? to.dl_name : to.sme.text);
    FUZZ_CHECK(to.distribution_list || !to.sme.text.empty());
  }
  check_message(pdu, m.rest);
  check_kept(m, 0xFF);
  check_kept(m, pattern);
}

// Any octets as the answer: the header stays, and the PDU is as long as it says.
void check_submit_multi_resp(smpp::octets pdu) {
  const std::vector<smpp::unsuccess_sme> refused(3, {1, 1, "33612345678", command_status::ESME_RSUBMITFAIL});
  smpp::buffer answer(pdu.begin(), pdu.end());
  smpp::write_u32(answer.data() + 4, static_cast<std::uint32_t>(smpp::command_id::submit_multi_resp));
  smpp::buffer out;
  smpp::append_submit_multi_resp(out, answer, 7, refused);
  FUZZ_CHECK(out.size() >= answer.size());
  FUZZ_CHECK(smpp::read_header(out).command_length == out.size());
  FUZZ_CHECK(smpp::read_header(out).sequence_number == 7);
  FUZZ_CHECK(smpp::read_header(out).command_status == smpp::read_header(answer).command_status);
}

}  // namespace

// The first octet chooses destinations; the rest is a PDU, whose command_length is made right as the framer would.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1 + smpp::header_length) return 0;
  smpp::buffer pdu(data + 1, data + size);
  smpp::write_u32(pdu.data(), static_cast<std::uint32_t>(pdu.size()));
  check_messages(pdu);
  check_bind(pdu);
  check_submit_multi(pdu, data[0]);
  check_submit_multi_resp(pdu);
  return 0;
}
