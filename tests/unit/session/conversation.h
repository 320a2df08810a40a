// A session with a real policy and store, and both peers played by the test.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "proxy/session/session.h"
#include "smpp/framer.h"
#include "tests/unit/pdus.h"
#include "tests/unit/temporary_folder.h"

namespace testing {

// Keeps what a session puts on record until the test says what became of it.
class recorder : public proxy::session_host {
 public:
  void record(proxy::reply r, std::uint32_t ticket) override {
    recorded.insert(recorded.end(), r.events.begin(), r.events.end());
    tickets.push_back(ticket);
    replies.push_back(std::move(r));
  }
  void journal(const store::journal_line& l) override { journalled.add(l); }
  void wake() override { ++wakes; }
  bool may_deliver_kept(const std::string&) override { return keeps; }
  void fetch_kept(const std::string&, std::uint64_t after) override { fetches.push_back(after); }
  void kept_answered(const std::string&, std::uint64_t position, bool accepted) override {
    (accepted ? delivered : refused).push_back(position);
  }
  bool keeps = false;  // something, for this session to deliver
  std::vector<std::uint64_t> fetches, delivered, refused;
  int wakes = 0;
  std::vector<store::event> recorded;
  std::vector<proxy::reply> replies;
  store::journal_batch journalled;
  std::vector<std::uint32_t> tickets;
};

inline proxy::config make_config() {
  proxy::config c;
  c.upstreams.push_back({{"127.0.0.1", 1}, smpp::default_alphabet::gsm7});
  c.numbers.country_code = "33";
  proxy::sender_config shop;
  shop.name = "shop";
  shop.group = "retail";
  shop.system_ids = {"shop1"};
  shop.source_addresses = {"36111", "SHOP"};
  proxy::sender_config bank;
  bank.name = "bank";
  bank.group = "finance";
  bank.system_ids = {"bank1"};
  bank.source_addresses = {"36222"};
  bank.policy = proxy::policy_kind::exempt;
  c.senders = {shop, bank};
  return c;
}

// The parts of a gate that sessions share.
struct shared_parts {
  explicit shared_parts(proxy::config c = make_config()) {
    auto opened = store::consent_store::open({folder.path() / "store", nullptr});
    if (auto* why = std::get_if<store::failure>(&opened)) throw std::runtime_error(why->message);
    store = std::move(std::get<0>(opened));
    if (auto why = spokesman.begin(*store)) throw std::runtime_error(why->message);
    policy = std::make_shared<const proxy::policy>(std::make_shared<const proxy::config>(std::move(c)), *store, metrics,
                                                   log);
  }

  void consent(std::uint64_t number, const std::string& sender) {
    store::event e;
    e.who = {number};
    e.kind = store::event_kind::opt_in;
    e.scope = {store::scope_kind::sender, sender};
    e.method = store::consent_method::web_form;
    e.source = "form";
    e.occurred_at = store::now() - std::chrono::hours(1);
    if (std::holds_alternative<store::failure>(store->record_and_wait({e}))) throw std::runtime_error("not recorded");
  }

  temporary_folder folder;
  proxy::metrics metrics;
  proxy::refusal_log log;
  proxy::outbox outbox{metrics};
  proxy::spokesman spokesman{outbox};
  std::unique_ptr<store::consent_store> store;
  std::shared_ptr<const proxy::policy> policy;
  proxy::replies replies{metrics, spokesman};
};

// One session, fed `step` octets at a time.
class conversation {
 public:
  explicit conversation(shared_parts& parts, std::size_t step = SIZE_MAX, const std::string& peer = "test")
      : step_(step),
        now_{std::chrono::steady_clock::now(), store::now()},
        session(parts.policy, parts.replies, parts.outbox, parts.metrics, host, peer, now_) {}

  void feed(proxy::leg from, const smpp::buffer& octets) {
    smpp::buffer& in = pending_[static_cast<std::size_t>(from)];
    for (std::size_t at = 0; at < octets.size(); at += std::min(step_, octets.size() - at)) {
      const std::size_t end = at + std::min(step_, octets.size() - at);
      in.insert(in.end(), octets.begin() + static_cast<std::ptrdiff_t>(at),
                octets.begin() + static_cast<std::ptrdiff_t>(end));
      turn();
    }
  }
  void esme(const smpp::buffer& octets) { feed(proxy::leg::esme, octets); }
  void smsc(const smpp::buffer& octets) { feed(proxy::leg::smsc, octets); }

  // Offers again what waits.
  void turn() {
    session.release_slowed(now_);
    do {
      for (const proxy::leg l : {proxy::leg::esme, proxy::leg::smsc, proxy::leg::esme}) {
        smpp::buffer& in = pending_[static_cast<std::size_t>(l)];
        if (in.empty()) continue;
        const std::size_t taken = session.received(l, in, now_);
        in.erase(in.begin(), in.begin() + static_cast<std::ptrdiff_t>(taken));
      }
    } while (session.yields());
    if (session.wants_reception()) {
      ++receptions_wanted;
      if (reception_is_free) session.reception_free(now_);
    }
    if (session.wants_upstream()) ++upstreams_wanted;
  }

  void pass(std::chrono::milliseconds time) {
    now_.steady += time;
    now_.wall += time;
    session.tick(now_);
    turn();
  }

  // What was handed over to be recorded is, or cannot be.
  void settle(shared_parts& parts, bool on_disk = true) {
    for (; settled_ < host.replies.size(); ++settled_) {
      const proxy::reply& r = host.replies[settled_];
      if (on_disk) (void)parts.store->record_and_wait(r.events);
      if (r.then) r.then(on_disk);
      session.recorded(host.tickets[settled_], on_disk, now_);
    }
    turn();
  }

  // What a peer has been sent since the last look, PDU by PDU.
  std::vector<smpp::buffer> sent_to(proxy::leg l) {
    smpp::buffer out = std::move(session.output(l));
    session.output(l).clear();
    std::vector<smpp::buffer> pdus;
    smpp::octets rest = out;
    while (!rest.empty()) {
      const smpp::frame f = smpp::next_frame(rest, 1U << 20U);
      if (f.status != smpp::framing::complete) throw std::runtime_error("the session sent half a PDU");
      pdus.emplace_back(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(f.length));
      rest = rest.subspan(f.length);
    }
    return pdus;
  }
  std::vector<smpp::buffer> to_esme() { return sent_to(proxy::leg::esme); }
  std::vector<smpp::buffer> to_smsc() { return sent_to(proxy::leg::smsc); }

  // Binds, as a transceiver unless told otherwise, and leaves nothing behind for the ESME.
  void bind(const std::string& system_id, smpp::command_id kind = smpp::command_id::bind_transceiver,
            smpp::default_alphabet alphabet = smpp::default_alphabet::gsm7) {
    esme(pdus::bind(kind, 1, system_id));
    session.upstream_connected(alphabet, now_);
    const auto forwarded = to_smsc();
    smsc(pdus::with_text(smpp::response_to(kind), smpp::command_status::ESME_ROK,
                         smpp::read_header(forwarded.at(0)).sequence_number, "SMSC"));
    to_esme();
  }

 private:
  std::size_t step_;
  std::size_t settled_ = 0;
  proxy::moment now_;
  std::array<smpp::buffer, 2> pending_;

 public:
  recorder host;
  proxy::session session;
  int upstreams_wanted = 0;
  int receptions_wanted = 0;
  bool reception_is_free = true;
  proxy::moment now() const { return now_; }
};

}  // namespace testing
