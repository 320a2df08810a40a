// A session between two peers that say anything, cut anywhere: what it sends is whole PDUs, nothing crosses to the
// SMSC that needs consent, since nobody has given any, and of a sender with a rate no more crosses than that.
#include <cstdlib>

#include "tests/unit/session/conversation.h"

namespace {

void check(bool holds) {
  if (!holds) std::abort();
}

bool is_submission(smpp::command_id id) {
  return id == smpp::command_id::submit_sm || id == smpp::command_id::data_sm || id == smpp::command_id::submit_multi ||
         id == smpp::command_id::broadcast_sm;
}

// The first octet of each chunk says whose it is, the second how long it is. How many submissions crossed.
std::size_t play(testing::conversation& talk, const std::uint8_t* data, std::size_t size) {
  std::size_t crossed = 0;
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
    for (const smpp::buffer& pdu : talk.to_smsc())
      crossed += is_submission(smpp::read_header(pdu).command_id) ? 1 : 0;
    talk.to_esme();
  }
  return crossed;
}

proxy::config slowing() {
  proxy::config c = testing::make_config();
  c.senders[1].max_submits_per_second = 1;
  c.senders[1].over_rate = proxy::over_rate_kind::slow;
  return c;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static testing::shared_parts parts(slowing());
  testing::conversation fresh(parts);
  play(fresh, data, size);
  testing::conversation bound(parts);
  bound.bind("shop1");
  check(play(bound, data, size) == 0);
  // After all that the ones before it were told of the time, so that it begins with a token.
  static std::chrono::seconds told{0};
  testing::conversation exempt(parts);
  exempt.bind("bank1");
  exempt.pass(told);
  const auto began = exempt.now().steady;
  const std::size_t crossed = play(exempt, data, size);
  const auto lasted = std::chrono::duration_cast<std::chrono::seconds>(exempt.now().steady - began);
  check(crossed <= 1 + static_cast<std::size_t>(lasted.count()));
  exempt.session.closed(proxy::leg::esme, exempt.now());
  told += lasted + std::chrono::seconds{2};
  return 0;
}
