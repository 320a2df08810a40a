#include "proxy/session/scheduled_message.h"

#include <algorithm>

#include "smpp/outgoing.h"
#include "store/bytes.h"
#include "store/sha256.h"

namespace proxy {
namespace {

void write(store::byte_writer& out, const kept_address& a) {
  out.octet(a.ton);
  out.octet(a.npi);
  out.text(a.text);
}

kept_address read_address(store::byte_reader& in) {
  kept_address a;
  a.ton = in.octet();
  a.npi = in.octet();
  a.text = in.text();
  return a;
}

}  // namespace

kept_address keep(const smpp::address& a) {
  return {a.ton, a.npi, std::string(a.text)};
}

std::uint64_t handle_of(std::string_view system_id, std::string_view message_id) {
  const store::digest256 digest =
      store::sha256().add(system_id).add(std::string_view("\0", 1)).add(message_id).finish();
  std::uint64_t first = 0;
  for (std::size_t i = 0; i < sizeof first; ++i)
    first = first << 8U | digest[i];
  return std::max<std::uint64_t>(first, 1);
}

store::scheduled pack(store::number who, store::instant due, const scheduled_message& m) {
  store::byte_writer about, personal;
  about.text(m.sender);
  about.text(m.system_id);
  about.text(m.message_id);
  write(about, m.source);
  about.octet(m.esm_class);
  about.octet(m.data_coding);
  write(personal, m.destination);
  const std::uint64_t handle = m.message_id.empty() ? 0 : handle_of(m.system_id, m.message_id);
  return {0, who, due, about.take(), personal.take(), handle};
}

std::optional<scheduled_message> unpack(const store::scheduled& s) {
  store::byte_reader about(s.about), personal(s.personal);
  scheduled_message m;
  m.sender = about.text();
  m.system_id = about.text();
  m.message_id = about.text();
  m.source = read_address(about);
  if (!about.complete()) {  // an earlier version did not keep them
    m.esm_class = about.octet();
    m.data_coding = about.octet();
  }
  if (!s.personal.empty()) m.destination = read_address(personal);
  return about.complete() && personal.complete() ? std::optional(std::move(m)) : std::nullopt;
}

smpp::buffer cancel(const scheduled_message& m) {
  if (m.message_id.empty() && m.destination.text.empty()) return {};
  return smpp::make_cancel_sm(m.message_id, m.source.view(), m.destination.view());
}

}  // namespace proxy
