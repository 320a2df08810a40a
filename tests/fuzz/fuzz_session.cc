// A session between two peers that say anything, cut anywhere: what it sends is whole PDUs, and nothing crosses to the
// SMSC that needs consent, since nobody has given any.
#include <cstdlib>

#include "tests/unit/session/conversation.h"

namespace {

void check(bool holds) {
  if (!holds) std::abort();
}

// The first octet of each chunk says whose it is, the second how long it is.
void play(testing::conversation& talk, const std::uint8_t* data, std::size_t size) {
  for (std::size_t at = 0; at + 2 <= size;) {
    const std::uint8_t what = data[at];
    const std::size_t length = std::min<std::size_t>(data[at + 1], size - at - 2);
    const smpp::buffer chunk(data + at + 2, data + at + 2 + length);
    at += 2 + length;
    if (what % 8 == 7) talk.pass(std::chrono::seconds(what));
    if (what % 8 == 6 && !talk.host.tickets.empty())
      talk.session.recorded(talk.host.tickets[what % talk.host.tickets.size()], what % 16 == 6, talk.now());
    if (what % 8 < 3) talk.esme(chunk);
    if (what % 8 >= 3 && what % 8 < 6) talk.smsc(chunk);
    if (talk.upstreams_wanted > 0) {
      talk.upstreams_wanted = 0;
      talk.session.upstream_connected(smpp::default_alphabet::gsm7, talk.now());
    }
    for (const smpp::buffer& pdu : talk.to_smsc()) {
      const auto id = smpp::read_header(pdu).command_id;
      check(id != smpp::command_id::submit_sm && id != smpp::command_id::data_sm &&
            id != smpp::command_id::submit_multi);
    }
    talk.to_esme();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static testing::shared_parts parts;
  testing::conversation fresh(parts);
  play(fresh, data, size);
  testing::conversation bound(parts);
  bound.bind("shop1");
  play(bound, data, size);
  return 0;
}
