#include "proxy/server/listening_shell.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

#include "proxy/server/reply_keeper.h"

namespace proxy {

using boost::system::error_code;
using std::chrono::steady_clock;

namespace {

constexpr std::chrono::seconds closing_patience{1};  // for the last octets to be taken

moment the_moment() {
  return {steady_clock::now(), store::now()};
}

}  // namespace

listening_shell::listening_shell(boost::asio::io_context& io, listener_config c, gate& g, std::uint32_t seed)
    : io_(io),
      gate_(g),
      session_(std::move(c), g.policy.load(), g.replies, g.metrics, *this, the_moment(), seed),
      wire_(tcp::socket(io)) {}

void listening_shell::start() {
  gate_.receivers.attach(system_id(), [weak = weak_from_this(), &io = io_] {
    boost::asio::post(io, [weak] {
      if (const auto self = weak.lock()) self->turn();
    });
  });
  turn();
}

void listening_shell::tick() {
  session_.tick(the_moment());
  turn();
}

void listening_shell::stop() {
  if (std::exchange(stopped_, true)) return;
  session_.stop(the_moment());
  turn();
}

void listening_shell::use(std::shared_ptr<const policy> p) {
  session_.use(std::move(p));
}

void listening_shell::record(reply r, std::uint32_t ticket) {
  proxy::keep(gate_, std::move(r), told(&listening_session::recorded, ticket));
}

bool listening_shell::keep(smpp::octets pdu, store::number about, std::uint32_t ticket) {
  const auto p = gate_.policy.load();
  const limits_config& limits = p->settings().limits;
  return gate_.store->hold(system_id(), about, {pdu.begin(), pdu.end()},
                           {limits.max_kept_messages, limits.max_kept_octets},
                           [told = told(&listening_session::kept, ticket)](const std::optional<store::failure>& why) {
                             told(!why.has_value());
                           });
}

// What the store calls on its own thread, told to the session on the session's.
std::function<void(bool)> listening_shell::told(outcome what, std::uint32_t ticket) {
  return [weak = weak_from_this(), &io = io_, what, ticket](bool on_disk) {
    boost::asio::post(io, [weak, what, ticket, on_disk] {
      const auto self = weak.lock();
      if (!self) return;
      (self->session_.*what)(ticket, on_disk, the_moment());
      self->turn();
    });
  };
}

// Everything that can happen ends here.
void listening_shell::turn() {
  const moment now = the_moment();
  if (session_.wants_connection(now) && gate_.receivers.enter(system_id())) {
    session_.begin(now);
    connect();
  }
  const bool claimed = gate_.receivers.claimed(system_id());
  if (claimed) session_.yield(now);
  if (!in_.empty()) {
    const smpp::octets pending = in_.pending();
    const std::size_t taken = session_.received(pending, now);
    show(pcapng::direction::inbound, pending.first(taken), now);
    in_.consume(taken);
  }
  write(now);
  follow_wish(now);
  if (session_.away()) {
    if (connector_) std::exchange(connector_, nullptr)->cancel();
    close();
    gate_.receivers.leave(system_id());
  }
  read();
  if (!over()) gate_.metrics.set_listener_up(system_id(), session_.bound() || claimed);
}

void listening_shell::connect() {
  const auto p = gate_.policy.load();
  const config& c = p->settings();
  // The same settings may by now have other certificates.
  const auto now_configured = std::ranges::find(c.listeners, session_.settings());
  const listener_config& l = now_configured != c.listeners.end() ? *now_configured : session_.settings();
  connector_ = std::make_shared<upstream_connector>(io_, gate_.upstreams.in_turn(l.upstreams, c.balance),
                                                    c.limits.connect_timeout, gate_.upstreams, gate_.metrics);
  connector_->start([weak = weak_from_this()](stream s, const upstream* reached) {
    const auto self = weak.lock();
    if (!self) return;
    if (reached == nullptr) {
      self->session_.failed(the_moment());
    } else {
      self->wire_ = std::move(s);
      self->place_ = self->connector_->take_place();
      self->gate_.metrics.sessions(leg::smsc).Increment();
      self->session_.connected(*reached, the_moment());
    }
    self->connector_.reset();
    self->turn();
  });
}

void listening_shell::read() {
  if (reading_ || !wire_.is_open() || !session_.may_take()) return;
  const auto p = gate_.policy.load();
  const std::span<std::uint8_t> room = in_.room(std::size_t{p->settings().limits.max_pdu_octets} + 65536);
  if (room.empty()) return;
  reading_ = true;
  wire_.async_read_some(room, [self = shared_from_this(), n = connection_](error_code ec, std::size_t octets) {
    if (n != self->connection_) return;
    self->reading_ = false;
    ec ? self->lost() : self->in_.commit(octets);
    self->turn();
  });
}

void listening_shell::show(pcapng::direction d, smpp::octets octets, moment now) {
  if (!gate_.captures.any()) return;
  tap_.saw(gate_.captures, wire_of(leg::smsc, wire_.socket()), d, octets, system_id(), now.wall);
}

void listening_shell::write(moment now) {
  if (!wire_.is_open() || write_pending_ || session_.output().empty()) return;
  writing_.swap(session_.output());
  session_.output().clear();
  show(pcapng::direction::outbound, writing_, now);
  error_code ec;
  const std::size_t sent = wire_.write_some(writing_, ec);
  if (ec && ec != boost::asio::error::would_block) return lost();
  writing_.erase(writing_.begin(), writing_.begin() + static_cast<std::ptrdiff_t>(sent));
  if (writing_.empty()) return;
  write_pending_ = true;
  wire_.async_write(writing_, [self = shared_from_this(), n = connection_](error_code failed, std::size_t) {
    if (n != self->connection_) return;
    self->write_pending_ = false;
    self->writing_.clear();
    if (failed) self->lost();
    self->turn();
  });
}

void listening_shell::lost() {
  close();
  session_.closed(the_moment());
}

void listening_shell::follow_wish(moment now) {
  if (!session_.wants_close()) return closing_since_.reset();
  if (!closing_since_) closing_since_ = now.steady;
  const bool sent = !write_pending_ && session_.output().empty();
  if (sent || now.steady - *closing_since_ >= closing_patience) lost();
}

void listening_shell::close() {
  if (!wire_.is_open()) return;
  wire_.close();
  place_.reset();
  ++connection_;
  reading_ = write_pending_ = false;
  in_.consume(in_.pending().size());
  gate_.metrics.sessions(leg::smsc).Decrement();
}

}  // namespace proxy
