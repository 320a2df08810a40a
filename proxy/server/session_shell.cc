#include "proxy/server/session_shell.h"

#include <boost/asio/post.hpp>

#include "proxy/observe/log.h"
#include "proxy/server/reply_keeper.h"

namespace proxy {

using boost::system::error_code;
using std::chrono::steady_clock;

namespace {

// How long a leg that has been shut may take to close its side: until then its octets are read and dropped, so that
// what was sent last is not lost to a reset.
constexpr std::chrono::seconds lingering{2};
constexpr std::size_t most_pending = std::size_t{64} * 1024;

moment the_moment() {
  return {steady_clock::now(), store::now()};
}

}  // namespace

session_shell::session_shell(boost::asio::io_context& io, stream esme, std::string peer, gate& g,
                             batched_histogram& submit_seconds, journal_sink& journal, callbacks to_worker)
    : io_(io),
      legs_{one_leg(std::move(esme)), one_leg(stream(tcp::socket(io)))},
      gate_(g),
      submit_seconds_(submit_seconds),
      journal_(journal),
      peer_(std::move(peer)),
      to_worker_(std::move(to_worker)),
      session_(g.policy.load(), g.replies, g.outbox, g.metrics, *this, peer_, the_moment()),
      began_(steady_clock::now()) {
  gate_.metrics.sessions(leg::esme).Increment();
}

session_shell::~session_shell() {
  gate_.metrics.sessions(leg::esme).Decrement();
}

void session_shell::start() {
  if (at(leg::esme).wire.has_tls()) greet();
  turn(the_moment());
}

void session_shell::greet() {
  one_leg& esme = at(leg::esme);
  esme.greeting = true;
  esme.wire.tls().async_handshake([self = shared_from_this()](error_code ec) {
    one_leg& greeted = self->at(leg::esme);
    greeted.greeting = false;
    if (self->over_) return;
    if (ec) {
      const tls_connection& tls = greeted.wire.tls();
      if (tls.spoken_to_in_clear()) self->gate_.metrics.count_limit("not_tls");
      self->gate_.metrics.tls_failures(leg::esme).Increment();
      log(log_level::warning, "no TLS with a sender", {{"peer", self->peer_}, {"error", tls.failure()}});
      self->broken(leg::esme);
    }
    self->turn(the_moment());
  });
}

void session_shell::tick() {
  const moment now = the_moment();
  session_.tick(now);
  turn(now);
}

void session_shell::drain() {
  const moment now = the_moment();
  session_.drain(now);
  turn(now);
}

void session_shell::use(std::shared_ptr<const policy> p) {
  session_.use(std::move(p));
}

void session_shell::give_up() {
  session_.closed(leg::esme, the_moment());
}

void session_shell::record(reply r, std::uint32_t ticket) {
  keep(gate_, std::move(r), [weak = weak_from_this(), &io = io_, to = recorded_, ticket](bool on_disk) {
    if (!to->add({ticket, on_disk})) return;
    boost::asio::post(io, [weak] {
      if (const auto self = weak.lock()) self->take_recorded();
    });
  });
}

void session_shell::take_recorded() {
  const moment now = the_moment();
  for (const recorded_tickets::one& r : recorded_->take())
    session_.recorded(r.ticket, r.on_disk, now);
  turn(now);
}

bool session_shell::may_deliver_kept(const std::string& system_id) {
  return gate_.store->held(system_id).items > 0 && claim_ && claim_->delivers_kept();
}

void session_shell::fetch_kept(const std::string& system_id, std::uint64_t after) {
  using fetched = std::variant<store::held_batch, store::failure>;
  gate_.store->read_held(
      system_id, after, kept_delivery::together, [weak = weak_from_this(), &io = io_, system_id](fetched result) {
        if (const auto* batch = std::get_if<store::held_batch>(&result); batch != nullptr && batch->damaged > 0) {
          log(log_level::error, "messages kept for a sender are damaged and cannot be delivered",
              {{"system_id", system_id}, {"messages", batch->damaged}});
        }
        boost::asio::post(io, [weak, result = std::move(result)]() mutable {
          if (const auto self = weak.lock()) {
            const moment now = the_moment();
            self->session_.kept(std::move(result), now);
            self->turn(now);
          }
        });
      });
}

void session_shell::kept_answered(const std::string& system_id, std::uint64_t position, bool accepted) {
  gate_.metrics.count_kept(system_id, accepted ? "delivered" : "refused", 1);
  if (accepted) gate_.store->remove_held(system_id, position);
}

void session_shell::wake() {
  boost::asio::post(io_, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) {
      const moment now = the_moment();
      self->session_.transmit(now);
      self->turn(now);
    }
  });
}

// Everything that can happen ends here: the session takes what it may, and the sockets follow.
void session_shell::turn(moment now, hurry h) {
  if (over_) return;
  session_.release_slowed(now);
  take(leg::esme, now);
  take(leg::smsc, now);
  take(leg::esme, now);  // an answer may have made room for what the sender has waiting
  if (auto question = session_.wants_password_check()) check_password(*std::move(question));
  if (session_.wants_reception()) claim_reception(now);
  if (session_.wants_upstream()) connect_upstream();
  if (connector_ && session_.bound()) connector_.reset();
  write(leg::smsc, now);
  if (h == hurry::now || !hold()) write(leg::esme, now);
  follow_wish(leg::esme, now);
  follow_wish(leg::smsc, now);
  read(leg::esme);
  read(leg::smsc);
  if (at(leg::smsc).yields) go_on();
  await_release();
  const bool parted = session_.ended() && !at(leg::smsc).wire.is_open();
  if (claim_ && (parted || !session_.receives())) claim_.reset();
  finish_if_over();
}

void session_shell::check_password(password_question q) {
  const auto tell = [weak = weak_from_this(), &io = io_](bool right) {
    boost::asio::post(io, [weak, right] {
      if (const auto self = weak.lock()) {
        const moment then = the_moment();
        self->session_.password_checked(right, then);
        self->turn(then);
      }
    });
  };
  if (gate_.passwords.check(std::move(q), tell)) return;
  gate_.metrics.count_limit("password_checks");
  tell(false);
}

// The gate's own listener goes before the sender comes; mostly there is none.
void session_shell::claim_reception(moment now) {
  claim_.reset();
  claim_.emplace(gate_.receivers.receive(session_.system_id(), [weak = weak_from_this(), &io = io_] {
    boost::asio::post(io, [weak] {
      if (const auto self = weak.lock()) {
        const moment then = the_moment();
        self->session_.reception_free(then);
        self->turn(then);
      }
    });
  }));
  if (claim_->free()) session_.reception_free(now);
}

// Refusals are ready long before the SMSC has answered what was forwarded with them. Sent at once, each handful would
// wake the sender for another small batch; so they wait for those answers, a millisecond at most.
bool session_shell::hold() {
  constexpr std::size_t worth_a_write = std::size_t{8} * 1024;
  const std::size_t waiting = session_.output(leg::esme).size();
  if (waiting == 0 || waiting >= worth_a_write || !session_.answers_due()) return false;
  if (!std::exchange(held_, true)) to_worker_.held(shared_from_this());
  return true;
}

void session_shell::flush() {
  held_ = false;
  turn(the_moment());
}

void session_shell::take(leg l, moment now) {
  one_leg& from = at(l);
  from.yields = false;
  if (!from.in.empty()) {
    const smpp::octets pending = from.in.pending();
    const std::size_t taken = session_.received(l, pending, now);
    show(l, pcapng::direction::inbound, pending.first(taken), now);
    from.in.consume(taken);
    from.yields = l == leg::smsc && session_.yields();
  }
  // The end of the stream counts once what came before it has been taken, as far as it is whole.
  const bool all_taken = from.in.empty() && !(l == leg::esme && session_.slowed());
  if (from.ended && !from.finished && !from.yields && (all_taken || session_.may_take(l))) {
    from.finished = true;
    session_.finished(l, now);
  }
}

// Behind what others have ready by then.
void session_shell::go_on() {
  if (std::exchange(goes_on_, true)) return;
  boost::asio::post(io_, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    self->goes_on_ = false;
    self->turn(the_moment());
  });
}

void session_shell::show(leg l, pcapng::direction d, smpp::octets octets, moment now) {
  if (!gate_.captures.any()) return;
  tap_.saw(gate_.captures, wire_of(l, at(l).wire.socket()), d, octets, session_.system_id(), now.wall);
}

void session_shell::read(leg l) {
  one_leg& from = at(l);
  if (from.reading || from.ended || from.greeting || from.yields || !from.wire.is_open()) return;
  if (!from.shut && !session_.may_take(l) && from.in.pending().size() >= most_pending) return;
  if (!from.shut && !session_.may_take(l) && !from.in.empty()) return;
  const std::size_t most = std::max<std::size_t>(most_pending, session_.max_pdu_octets()) + 4096;
  const std::span<std::uint8_t> room = from.in.room(most);
  if (room.empty()) return;
  from.reading = true;
  from.wire.async_read_some(room,
                            [self = shared_from_this(), l, n = from.connection](error_code ec, std::size_t octets) {
                              one_leg& leg_read = self->at(l);
                              if (self->over_ || leg_read.connection != n) return;
                              leg_read.reading = false;
                              if (ec) {
                                leg_read.ended = true;
                                if (ec != boost::asio::error::eof) self->broken(l);
                                return self->turn(the_moment());
                              }
                              self->on_read(l, octets);
                            });
}

void session_shell::on_read(leg l, std::size_t octets) {
  one_leg& from = at(l);
  from.in.commit(octets);
  if (from.shut) {
    from.in.consume(octets);
    return read(l);
  }
  const moment now = the_moment();
  turn(now, l == leg::esme ? hurry::may_hold : hurry::now);
  if (const std::size_t submissions = session_.take_submission_count(); submissions > 0) {
    submit_seconds_.observe(steady_clock::now() - now.steady, submissions);
    submit_seconds_.flush();
  }
}

void session_shell::write(leg l, moment now) {
  one_leg& to = at(l);
  smpp::buffer& output = session_.output(l);
  if (!to.wire.is_open() || to.said_all) {
    output.clear();
    return;
  }
  if (to.write_pending || output.empty()) return;
  to.writing.swap(output);
  output.clear();
  show(l, pcapng::direction::outbound, to.writing, now);
  error_code ec;
  const std::size_t sent = to.wire.write_some(to.writing, ec);
  if (ec && ec != boost::asio::error::would_block) {
    to.writing.clear();
    return broken(l);
  }
  if (sent == to.writing.size()) {
    to.writing.clear();
    session_.set_unsent(l, 0);
    return;
  }
  to.writing.erase(to.writing.begin(), to.writing.begin() + static_cast<std::ptrdiff_t>(sent));
  session_.set_unsent(l, to.writing.size());
  write_rest(l);
}

void session_shell::write_rest(leg l) {
  one_leg& to = at(l);
  to.write_pending = true;
  to.wire.async_write(to.writing, [self = shared_from_this(), l, n = to.connection](error_code ec, std::size_t) {
    one_leg& written = self->at(l);
    if (self->over_ || written.connection != n) return;
    written.write_pending = false;
    written.writing.clear();
    ec ? self->broken(l) : self->session_.set_unsent(l, 0);
    self->turn(the_moment());
  });
}

// Reset, or silent for too long: nothing more can be sent there.
void session_shell::broken(leg l) {
  at(l).ended = at(l).finished = true;
  session_.output(l).clear();
  session_.closed(l, the_moment());
  close(l);
}

void session_shell::follow_wish(leg l, moment now) {
  one_leg& x = at(l);
  if (!x.wire.is_open()) return;
  const session::wish wanted = session_.wanted(l);
  if (x.greeting && wanted != session::wish::open) return close(l);
  if (wanted == session::wish::close_now && !x.shut && !x.ended) return close(l);
  if (wanted != session::wish::open && !x.said_all && !x.write_pending && session_.output(l).empty()) {
    x.wire.shutdown_send();
    x.said_all = true;
  }
  if (x.said_all && wanted != session::wish::shut_when_sent && !x.shut) {
    x.shut = true;
    x.shut_at = now.steady;
    x.in.consume(x.in.pending().size());
  }
  if (x.shut && (x.ended || now.steady - x.shut_at >= lingering)) close(l);
}

// Mostly there is nothing to wait for.
void session_shell::await_release() {
  const auto due = session_.next_release();
  if (!due || (release_ && release_->expiry() == *due)) return;
  if (!release_) release_.emplace(io_);
  release_->expires_at(*due);
  release_->async_wait([weak = weak_from_this()](error_code cancelled) {
    const auto self = weak.lock();
    if (!self || cancelled) return;
    self->release_.reset();
    self->turn(the_moment());
  });
}

void session_shell::close(leg l) {
  one_leg& x = at(l);
  if (!x.wire.is_open()) return;
  x.wire.close();
  if (l != leg::smsc) return;
  place_.reset();
  gate_.metrics.sessions(leg::smsc).Decrement();
}

void session_shell::connect_upstream() {
  const auto p = gate_.policy.load();
  close(leg::smsc);  // one that refused an earlier bind and hung up
  at(leg::smsc) = one_leg(stream(tcp::socket(io_)), at(leg::smsc).connection + 1);
  if (session_.bind_dropped() && connector_) {
    // Not down for that: it may be this one sender that it does not want.
    log(log_level::warning, "upstream closed without an answer to the bind", {{"upstream", upstream_}});
  } else {
    const config& c = p->settings();
    connector_ = std::make_shared<upstream_connector>(
        io_, gate_.upstreams.in_turn(upstreams_for(c, session_.system_id()), c.balance), c.limits.connect_timeout,
        gate_.upstreams, gate_.metrics);
  }
  connector_->start([weak = weak_from_this()](stream s, const upstream* reached) {
    const auto self = weak.lock();
    if (!self || self->over_) return;
    const moment now = the_moment();
    if (reached == nullptr) {
      self->session_.upstream_failed(now);
    } else {
      one_leg& smsc = self->at(leg::smsc);
      smsc.wire = std::move(s);
      self->place_ = self->connector_->take_place();
      self->upstream_ = to_string(reached->address);
      self->gate_.metrics.sessions(leg::smsc).Increment();
      self->session_.upstream_connected(reached->default_alphabet, now, reached->address);
    }
    self->turn(now);
  });
}

void session_shell::finish_if_over() {
  if (over_ || at(leg::esme).wire.is_open() || at(leg::smsc).wire.is_open()) return;
  over_ = true;
  if (connector_) connector_->cancel();
  log(log_level::info, "session ended",
      {{"peer", peer_},
       {"system_id", session_.system_id()},
       {"upstream", upstream_},
       {"reason", session_.ended_because()},
       {"seconds", std::chrono::duration<double>(steady_clock::now() - began_).count()}});
  to_worker_.ended(shared_from_this());
}

}  // namespace proxy
