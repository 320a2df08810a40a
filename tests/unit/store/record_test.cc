#include "store/record.h"

#include <fstream>

#include "store/hexadecimal.h"
#include "store/signing_key.h"
#include "tests/unit/catch.h"
#include "tests/unit/temporary_folder.h"

using namespace store;

namespace {

number_keys keys_in(const std::filesystem::path& folder) {
  return std::get<number_keys>(number_keys::open(folder / "numbers.key", when_missing::create));
}

event full() {
  event e;
  e.sequence = 7;
  e.kind = event_kind::opt_in;
  e.id[3] = 9;
  e.identity[2] = 8;
  e.actor = "import:list.csv";
  e.approved_by = "second";
  e.who = {33612345678};
  e.number_as_received = "06 12 34 56 78";
  e.scope = {scope_kind::group, "retail"};
  e.occurred_at = instant{std::chrono::microseconds{1767225600000001}};
  e.recorded_at = e.occurred_at + std::chrono::hours(1);
  e.expires_at = e.occurred_at + std::chrono::hours(2);
  e.method = consent_method::web_form;
  e.source = "form";
  e.source_kind = source_kind::partner;
  e.collector = "us";
  e.evidence = "file:1";
  e.evidence_sha256 = std::string(64, 'a');
  e.wording = "I agree\nto this";
  e.reason = "why";
  e.corrects = event_id{1, 2, 3};
  return e;
}

bool same(const event& a, const event& b) {
  return a.sequence == b.sequence && a.kind == b.kind && a.id == b.id && a.identity == b.identity &&
         a.actor == b.actor && a.approved_by == b.approved_by && a.who == b.who &&
         a.number_as_received == b.number_as_received && a.scope == b.scope && a.occurred_at == b.occurred_at &&
         a.recorded_at == b.recorded_at && a.expires_at == b.expires_at && a.method == b.method &&
         a.source == b.source && a.source_kind == b.source_kind && a.collector == b.collector &&
         a.evidence == b.evidence && a.evidence_sha256 == b.evidence_sha256 && a.wording == b.wording &&
         a.reason == b.reason && a.corrects == b.corrects && a.erased_by == b.erased_by;
}

const digest256 before{1, 2, 3};
const salt some_salt{4, 5, 6};

// Each octet, changed in each bit, is found; cut or lengthened records are, too.
void check_that_changes_are_found(const std::string& octets, const number_keys& keys) {
  digest256 own{};
  REQUIRE_FALSE(misfit(octets, 7, before, keys, own));
  for (std::size_t i = 0; i < octets.size(); ++i) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      std::string changed = octets;
      changed[i] = static_cast<char>(static_cast<unsigned char>(changed[i]) ^ (1U << bit));
      CAPTURE(i, bit);
      REQUIRE(misfit(changed, 7, before, keys, own));
    }
    REQUIRE(misfit(octets.substr(0, i), 7, before, keys, own));
  }
  CHECK(misfit(octets + '\0', 7, before, keys, own));
  CHECK(misfit(octets, 8, before, keys, own));
  CHECK(misfit(octets, 7, digest256{}, keys, own));
}

}  // namespace

TEST_CASE("a record gives back its event, and each change of it is found") {
  testing::temporary_folder folder;
  const number_keys keys = keys_in(folder.path());
  const sealed_record r = encode(full(), before, some_salt);
  const auto decoded = decode_record(r.octets, 7);
  REQUIRE(decoded);
  CHECK(same(decoded->e, full()));
  CHECK(decoded->own == r.own);
  check_that_changes_are_found(r.octets, keys);
}

TEST_CASE("without its person a record keeps its place in the chain and what an operator has to prove") {
  testing::temporary_folder folder;
  const number_keys keys = keys_in(folder.path());
  const sealed_record r = encode(full(), before, some_salt);
  const number hashed = keys.hashed(full().who, 0);
  const auto erased = without_person(r.octets, 7, hashed, 99, keys);
  REQUIRE(erased);
  event expected = full();
  expected.who = hashed;
  expected.number_as_received = expected.evidence = expected.wording = "";
  expected.erased_by = 99;
  const auto decoded = decode_record(*erased, 7);
  REQUIRE(decoded);
  CHECK(same(decoded->e, expected));
  CHECK(decoded->own == r.own);
  CHECK(erased->find("06 12") == std::string::npos);
  check_that_changes_are_found(*erased, keys);
}

TEST_CASE("keys: what they hash stays found after a new one is added, and a file that is none is refused") {
  testing::temporary_folder folder;
  const auto file = folder.path() / "numbers.key";
  number_keys keys = keys_in(folder.path());
  CHECK(std::filesystem::status(file).permissions() ==
        (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
  const number first = keys.hashed({33612345678}, 0);
  CHECK(first.is_hash());
  CHECK(first != keys.hashed({33612345679}, 0));
  REQUIRE_FALSE(keys.rotate(file));
  CHECK(keys.count() == 2);
  CHECK(keys.hashed({33612345678}, 0) != first);
  CHECK(keys.hashed({33612345678}, 1) == first);
  const number_keys again = keys_in(folder.path());
  CHECK(again.hashed({33612345678}, 1) == first);
  CHECK(again.fingerprints() == keys.fingerprints());
  std::filesystem::permissions(file, std::filesystem::perms::owner_all | std::filesystem::perms::group_read);
  CHECK(std::holds_alternative<failure>(number_keys::open(file, when_missing::create)));
  CHECK(std::holds_alternative<failure>(number_keys::open(folder.path() / "none", when_missing::fail)));
}

TEST_CASE("HMAC-SHA-256 as RFC 4231 has it") {
  const std::string jefe = "Jefe";
  const std::vector<std::uint8_t> key(jefe.begin(), jefe.end());
  CHECK(hexadecimal(hmac_sha256(key).of("what do ya want for nothing?")) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  const std::vector<std::uint8_t> longer(131, 0xaa);
  CHECK(hexadecimal(hmac_sha256(longer).of("Test Using Larger Than Block-Size Key - Hash Key First")) ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST_CASE("the head of the ledger is signed so that anybody can check it") {
  testing::temporary_folder folder;
  const auto file = folder.path() / "ledger.key";
  const auto key = std::get<signing_key>(signing_key::open(file));
  const ledger_head head{12, before, {}};
  const access_head access{345, before, {}};
  const std::string statement =
      statement_of(head, access, instant{std::chrono::sys_days{std::chrono::year{2026} / 11 / 25}});
  CHECK(statement == "consentgate ledger head\n12\n" + hexadecimal(before) + "\n2026-11-25T00:00:00Z\n345\n" +
                         hexadecimal(before) + "\n");
  const auto read = read_statement(statement);
  REQUIRE(read);
  CHECK(read->ledger.sequence == 12);
  CHECK(read->ledger.own == before);
  CHECK(read->access.count == 345);
  CHECK(read->access.own == before);
  CHECK(read_statement(statement.substr(0, statement.size() - 1)));
  const std::string earlier = statement.substr(0, statement.find("345\n"));  // without the record of access
  CHECK(read_statement(earlier).value().access.count == 0);
  for (const std::string& wrong : {std::string(), statement + "more\n", "x" + statement, statement.substr(0, 80),
                                   earlier + "345\n", statement.substr(0, statement.size() - 3)})
    CHECK_FALSE(read_statement(wrong));
  const std::string signature = key.sign(statement);
  CHECK(signature.size() == 64);
  const auto again = std::get<signing_key>(signing_key::open(file));
  CHECK(again.public_key() == key.public_key());
  CHECK(again.sign(statement) == signature);
  CHECK(again.sign(statement + " ") != signature);
  CHECK(key.public_key().starts_with("-----BEGIN PUBLIC KEY-----"));
  std::ofstream(file) << "no key";
  CHECK(std::holds_alternative<failure>(signing_key::open(file)));
}
