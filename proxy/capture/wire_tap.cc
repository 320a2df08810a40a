#include "proxy/capture/wire_tap.h"

#include <algorithm>

#include "proxy/capture/masking.h"
#include "proxy/capture/parts.h"
#include "proxy/policy/address_book.h"
#include "smpp/framer.h"

namespace proxy {
namespace {

using pcapng::direction;

constexpr std::size_t most_awaited = 10000;  // requests without an answer

constexpr std::size_t index(direction d) {
  return d == direction::inbound ? 0 : 1;
}

bool names(smpp::octets pdu, const store::number& who, const store::numbering_plan& plan) {
  bool found = false;
  visit_parts(pdu, [&](const pdu_part& p) {
    if (found || p.what != pdu_part::kind::address) return;
    const std::string text(p.octets.begin(), p.octets.end());
    const auto read = store::read_number(text, kind_of(p.ton), plan);
    found = read && read->digits == who.digits;
  });
  return found;
}

// What cannot be cut into PDUs is shown as octets that say nothing.
bool is_pdu(smpp::octets octets) {
  return octets.size() >= smpp::header_length && smpp::read_u32(octets.data()) == octets.size();
}

}  // namespace

void wire_tap::saw(captures& all, const wire& w, direction d, smpp::octets octets, const std::string& system_id,
                   store::instant at) {
  const auto under_way = all.under_way();
  std::erase_if(followed_, [&](const auto& f) {
    return std::ranges::none_of(under_way, [&](const auto& c) { return c->id() == f.first; });
  });
  while (!octets.empty()) {
    const smpp::frame f = smpp::next_frame(octets, octets.size());
    const smpp::octets one = octets.first(f.status == smpp::framing::complete ? f.length : octets.size());
    for (const auto& c : under_way) {
      followed& of = followed_[c->id()];
      if (fits(*c, of, w, d, one, system_id)) show(*c, of, w, d, one, at);
    }
    octets = octets.subspan(one.size());
  }
}

bool wire_tap::fits(const capture& c, followed& f, const wire& w, direction d, smpp::octets pdu,
                    const std::string& system_id) {
  if (!c.filter().number) return system_id == c.filter().system_id;
  if (!is_pdu(pdu)) return false;
  const smpp::header h = smpp::read_header(pdu);
  if (smpp::is_response(h.command_id))
    return f.awaited[w.interface][1 - index(d)].erase(h.sequence_number) != 0 ||
           names(pdu, *c.filter().number, c.plan());
  if (!names(pdu, *c.filter().number, c.plan())) return false;
  auto& awaited = f.awaited[w.interface][index(d)];
  if (awaited.size() >= most_awaited) awaited.erase(awaited.begin());
  awaited.insert(h.sequence_number);
  return true;
}

void wire_tap::show(capture& c, followed& f, const wire& w, direction d, smpp::octets pdu, store::instant at) {
  smpp::buffer shown(pdu.size(), '*');
  if (is_pdu(pdu)) shown = c.whole() ? without_passwords(pdu) : masked(pdu);
  auto& sent = f.sent[w.interface];
  const wire_end& from = d == direction::inbound ? w.peer : w.gate;
  const wire_end& to = d == direction::inbound ? w.gate : w.peer;
  for (smpp::octets rest = shown; !rest.empty();) {
    const smpp::octets payload = rest.first(std::min(rest.size(), most_payload));
    const std::uint32_t sequence = 1 + sent[index(d)];
    const std::uint32_t acknowledged = 1 + sent[1 - index(d)];
    c.add(w.interface, at, d, tcp_packet(from, to, sequence, acknowledged, payload));
    sent[index(d)] += static_cast<std::uint32_t>(payload.size());
    rest = rest.subspan(payload.size());
  }
}

}  // namespace proxy
