// Text, user data headers and joined parts: always UTF-8, never longer than it can be, and only within bounds.
#include <algorithm>

#include "smpp/reassembler.h"
#include "smpp/utf8.h"
#include "tests/fuzz/check.h"

namespace {

bool is_utf8(const std::string& text) {
  return smpp::is_utf8({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

// Every octet gives at most one character of three octets; pairs of UTF-16 and of East Asian sets give no more.
std::string check_text(smpp::octets text, std::uint8_t data_coding, smpp::default_alphabet zero) {
  std::string read = smpp::to_utf8(text, data_coding, zero);
  FUZZ_CHECK(is_utf8(read));
  FUZZ_CHECK(read.size() <= 3 * text.size());
  FUZZ_CHECK(!text.empty() || read.empty());
  return read;
}

// A message whose short_message and optional parameters are the fuzzer's, one after the other.
smpp::message message_of(smpp::octets data, std::uint8_t esm_class, std::uint8_t sm_length) {
  smpp::message m;
  m.esm_class = esm_class;
  m.short_message = data.first(std::min<std::size_t>(sm_length, data.size()));
  m.optional_parameters = data.subspan(m.short_message.size());
  return m;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 4) return 0;
  const std::uint8_t data_coding = data[0];
  const auto zero = static_cast<smpp::default_alphabet>(data[1] % 3);
  const smpp::octets rest(data + 4, size - 4);
  check_text(rest, data_coding, zero);

  const smpp::message m = message_of(rest, data[2], data[3]);
  const smpp::user_text user = smpp::split_user_data(m);
  const smpp::octets whole = smpp::user_data(m);
  FUZZ_CHECK(user.text.size() <= whole.size());
  // What is left is the end of the user data.
  FUZZ_CHECK(user.text.empty() || user.text.data() + user.text.size() == whole.data() + whole.size());
  FUZZ_CHECK(smpp::has_udh(m) || user.text.size() == whole.size());
  const std::string text = check_text(user.text, data_coding, zero);
  if (!user.part) return 0;
  FUZZ_CHECK(user.part->segment >= 1 && user.part->segment <= user.part->total);

  static smpp::reassembler parts(16, std::chrono::seconds(1));
  static smpp::reassembler::time_point now{};
  now += std::chrono::milliseconds(100);
  const auto joined = parts.add("33612345678", "36111", *user.part, text, now);
  FUZZ_CHECK(parts.size() <= 16);
  FUZZ_CHECK(is_utf8(joined.text));
  FUZZ_CHECK(joined.text.find(text) != std::string::npos);
  FUZZ_CHECK(user.part->total > 1 || joined.complete);
  return 0;
}
