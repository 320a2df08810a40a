#include "smpp/pdu.h"

#include <set>
#include <string>

#include "tests/unit/catch.h"

using smpp::command_id;
using smpp::command_status;

TEST_CASE("table 5-2 has 48 names, each once") {
  std::set<std::string_view> names;
  for (std::uint32_t value = 0; value <= 0x1000; ++value) {
    const std::string_view name = smpp::name(command_status{value});
    if (name.empty()) continue;
    CHECK(name.starts_with("ESME_R"));
    CHECK(names.insert(name).second);
  }
  CHECK(names.size() == 48);
}

TEST_CASE("statuses have the numbers of the specification") {
  CHECK(smpp::name(command_status{0x00}) == "ESME_ROK");
  CHECK(smpp::name(command_status{0x09}).empty());
  CHECK(smpp::name(command_status{0x15}) == "ESME_RINVSERTYP");
  CHECK(smpp::name(command_status{0x45}) == "ESME_RSUBMITFAIL");
  CHECK(smpp::name(command_status{0x50}) == "ESME_RINVDSTTON");
  CHECK(smpp::name(command_status{0x67}) == "ESME_RQUERYFAIL");
  CHECK(smpp::name(command_status{0xC3}) == "ESME_RMISSINGOPTPARAM");
  CHECK(smpp::name(command_status{0xFE}) == "ESME_RDELIVERYFAILURE");
  CHECK(smpp::name(command_status{0xFF}) == "ESME_RUNKNOWNERR");
  CHECK(smpp::name(command_status{0x40A}).empty());
  CHECK(smpp::name(command_status::ESME_RINVOPTPARSTREAM) == "ESME_RINVOPTPARSTREAM");
}

TEST_CASE("commands have names, and the answer to each request is named after it") {
  for (const std::uint32_t id :
       {0x01U, 0x02U, 0x03U, 0x04U, 0x05U, 0x06U, 0x07U, 0x08U, 0x09U, 0x15U, 0x21U, 0x103U, 0x111U, 0x112U, 0x113U}) {
    const command_id request{id};
    INFO(id);
    REQUIRE_FALSE(smpp::name(request).empty());
    CHECK(smpp::name(smpp::response_to(request)) == std::string(smpp::name(request)) + "_resp");
    CHECK_FALSE(smpp::is_response(request));
    CHECK(smpp::is_response(smpp::response_to(request)));
  }
  CHECK(smpp::name(command_id{0x0B}) == "outbind");
  CHECK(smpp::name(command_id{0x102}) == "alert_notification");
  CHECK(smpp::name(command_id{0x80000000}) == "generic_nack");
  CHECK(smpp::name(command_id{0x00010200}).empty());
  CHECK(smpp::is_bind(command_id::bind_transceiver));
  CHECK_FALSE(smpp::is_bind(command_id::bind_transceiver_resp));
}

TEST_CASE("a header is sixteen octets, big endian") {
  smpp::buffer out{0xAA};
  smpp::append_header(out, command_id::submit_sm_resp, command_status{0x01020304}, 0x7FFFFFFE);
  const smpp::buffer expected{0xAA, 0, 0, 0, 16, 0x80, 0, 0, 4, 1, 2, 3, 4, 0x7F, 0xFF, 0xFF, 0xFE};
  CHECK(out == expected);
  const smpp::header h = smpp::read_header(smpp::octets(out).subspan(1));
  CHECK(h.command_length == 16);
  CHECK(h.command_id == command_id::submit_sm_resp);
  CHECK(h.command_status == command_status{0x01020304});
  CHECK(h.sequence_number == 0x7FFFFFFE);
}

TEST_CASE("renumbering changes the sequence_number alone") {
  const smpp::buffer pdu{0, 0, 0, 18, 0, 1, 2, 0, 9, 8, 7, 6, 0xFF, 0xFF, 0xFF, 0xFF, 'a', 0};
  smpp::buffer out{1, 2, 3};
  smpp::append_renumbered(out, pdu, 0x00010203);
  const smpp::buffer expected{1, 2, 3, 0, 0, 0, 18, 0, 1, 2, 0, 9, 8, 7, 6, 0, 1, 2, 3, 'a', 0};
  CHECK(out == expected);
}
