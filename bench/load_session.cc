#include "bench/load_session.h"

#include <bit>
#include <cstdio>
#include <utility>

namespace bench {
namespace {

std::string hexadecimal(std::uint32_t value) {
  char text[16];
  std::snprintf(text, sizeof text, "0x%x", value);
  return text;
}

}  // namespace

void tally::error(const std::string& what) {
  if (++errors <= 10) std::fprintf(stderr, "load_generator: %s\n", what.c_str());
}

load_session::load_session(connection wire, std::string system_id, std::uint32_t window, const expectation& expected,
                           tally& results)
    : wire_(std::move(wire)),
      system_id_(std::move(system_id)),
      expected_(expected),
      results_(results),
      window_(window),
      mask_(std::bit_ceil(window * 4) - 1),
      slots_(mask_ + 1) {}

void load_session::bind(smpp::command_id kind) {
  const std::string password = "secret";
  const std::size_t length = smpp::header_length + system_id_.size() + 1 + password.size() + 1 + 5;
  std::uint8_t* to = wire_.append(length);
  std::memset(to, 0, length);
  smpp::write_u32(to, static_cast<std::uint32_t>(length));
  smpp::write_u32(to + 4, static_cast<std::uint32_t>(kind));
  smpp::write_u32(to + 12, 1);
  std::uint8_t* body = to + smpp::header_length;
  std::memcpy(body, system_id_.data(), system_id_.size());
  std::memcpy(body + system_id_.size() + 1, password.data(), password.size());
  to[length - 4] =
      0x34;  // interface_version, after an empty system_type; addr_ton, addr_npi and address_range are empty
  send();
}

void load_session::unbind() {
  wire_.append_header(smpp::command_id::unbind, smpp::command_status::ESME_ROK, next_);
  send();
}

void load_session::submit(const destination& to, std::uint64_t since) {
  slot& s = slots_[next_ & mask_];
  s = {since, next_, true, to.consented, digits_of(to.number)};
  template_.write(wire_.append(submit_template::size), next_, s.destination_addr);
  next_ = next_ == 0x7FFFFFFF ? 1 : next_ + 1;
  ++in_flight_;
  ++results_.sent;
}

void load_session::receive() {
  do {
    if (!wire_.receive()) {
      if (state_ != state::unbound) fail("the connection was closed with " + std::to_string(in_flight_) + " in flight");
      return;
    }
    const std::uint64_t received = now();
    for (smpp::octets pdu = wire_.next_pdu(); !pdu.empty(); pdu = wire_.next_pdu())
      handle(pdu, received);
  } while (wire_.holds_more() && !wire_.lost());
  if (wire_.lost()) fail("an answer's command_length is not one");
}

void load_session::send() {
  if (!wire_.send() && state_ != state::unbound) fail("the connection does not take any more");
}

void load_session::handle(smpp::octets pdu, std::uint64_t received) {
  using enum smpp::command_id;
  const smpp::header h = smpp::read_header(pdu);
  switch (h.command_id) {
    case submit_sm_resp:
      handle_submit_sm_resp(pdu, h, received);
      break;
    case bind_transceiver_resp:
    case bind_transmitter_resp:
      if (h.command_status != smpp::command_status::ESME_ROK) {
        fail("the bind was refused with " + hexadecimal(static_cast<std::uint32_t>(h.command_status)));
      } else if (state_ == state::open) {
        state_ = state::bound;
      }
      break;
    case unbind_resp:
      state_ = state::unbound;
      break;
    case smpp::command_id::unbind:
      let_go(h.sequence_number);
      break;
    case deliver_sm: {
      ++results_.delivered;
      std::uint8_t* to = wire_.append(smpp::header_length + 1);  // message_id: empty
      smpp::write_u32(to, smpp::header_length + 1);
      smpp::write_u32(to + 4, static_cast<std::uint32_t>(deliver_sm_resp));
      smpp::write_u32(to + 8, 0);
      smpp::write_u32(to + 12, h.sequence_number);
      to[smpp::header_length] = 0;
      break;
    }
    case enquire_link:
      wire_.append_header(enquire_link_resp, smpp::command_status::ESME_ROK, h.sequence_number);
      break;
    default:
      fail("unexpected command_id " + hexadecimal(static_cast<std::uint32_t>(h.command_id)) + " with command_status " +
           hexadecimal(static_cast<std::uint32_t>(h.command_status)));
  }
}

void load_session::handle_submit_sm_resp(smpp::octets pdu, const smpp::header& h, std::uint64_t received) {
  slot& s = slots_[h.sequence_number & mask_];
  if (!s.in_flight || s.sequence_number != h.sequence_number) {
    results_.error(system_id_ + ": an answer to sequence_number " + std::to_string(h.sequence_number) +
                   ", which is not in flight (answered twice, or never sent)");
    return;
  }
  s.in_flight = false;
  --in_flight_;
  results_.latency.add(received - s.since);
  results_.last_answer = received;

  const bool ok = h.command_status == smpp::command_status::ESME_ROK;
  const bool must_be_ok = s.consented || expected_.all_ok;
  ++(ok ? results_.ok : results_.refused);
  if (ok != must_be_ok || (!ok && h.command_status != expected_.refusal)) {
    results_.error(system_id_ + ": " + std::string(s.destination_addr.data(), number_length) +
                   (s.consented ? ", which has consent," : ", which has no consent,") + " was answered " +
                   hexadecimal(static_cast<std::uint32_t>(h.command_status)));
  } else if (ok && !names_its_message(pdu, s)) {
    results_.error(system_id_ + ": the answer to " + std::string(s.destination_addr.data(), number_length) +
                   " has no message_id, or another message's");
  }
}

bool load_session::names_its_message(smpp::octets pdu, const slot& s) const {
  const smpp::octets message_id = pdu.subspan(smpp::header_length);
  if (message_id.size() < 2 || message_id.back() != 0) return false;
  return !expected_.destination_in_message_id ||
         (message_id.size() > number_length &&
          std::memcmp(message_id.data(), s.destination_addr.data(), number_length) == 0);
}

// The peer unbinds once it has sent every answer that it owes: one that comes later is an error.
void load_session::let_go(std::uint32_t sequence_number) {
  if (!expected_.peer_may_unbind) return fail("the peer has unbound");
  wire_.append_header(smpp::command_id::unbind_resp, smpp::command_status::ESME_ROK, sequence_number);
  state_ = state::unbound;
  results_.unanswered += std::exchange(in_flight_, 0);
  for (slot& s : slots_)
    s.in_flight = false;
}

void load_session::fail(const std::string& what) {
  if (state_ == state::failed) return;
  state_ = state::failed;
  results_.error(system_id_ + ": " + what);
}

}  // namespace bench
