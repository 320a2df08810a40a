// Senders with a rate. With `over_rate: slow` what comes too fast waits here, never in the socket: what else comes from
// the sender, above all its answers to what people wrote, is taken meanwhile. Nothing waits for longer than the
// patience of senders, who would send again what is on its way; what would have to is refused.
#include "proxy/session/session.h"

namespace proxy {
namespace {

constexpr std::chrono::seconds longest_wait{5};

}  // namespace

bool session::exceeds_rate(const sender& s, const decision& d, moment now) {
  if (!s.rate || d.verdict == verdict::refused) return false;
  return !s.rate->take(s.configured->max_submits_per_second, now.steady, std::chrono::nanoseconds{0});
}

session::passage session::passage_of(const pending_submission& p, const decision& d, moment now) {
  if (!p.from->rate || d.verdict == verdict::refused || p.turn == turn::taken) return passage::at_once;
  if (p.turn == turn::lost) return passage::refused;
  const bool may_wait = p.from->configured->over_rate == over_rate_kind::slow &&
                        slowed_octets_ + p.pdu.size() <= limits().max_unsent_octets;
  const auto at = p.from->rate->take(p.from->configured->max_submits_per_second, now.steady,
                                     may_wait ? longest_wait : std::chrono::seconds{0});
  if (!at) return passage::refused;
  if (*at <= now.steady) return passage::at_once;
  slowed_octets_ += p.pdu.size();
  slowed_.emplace(*at, slowed_submission{smpp::buffer(p.pdu.begin(), p.pdu.end()), now});
  metrics_->count_limit("slowed");
  return passage::later;
}

std::optional<std::chrono::steady_clock::time_point> session::next_release() const {
  if (slowed_.empty() || side(leg::esme).paused || side(leg::smsc).paused) return std::nullopt;
  return slowed_.begin()->first;
}

// What has waited is decided anew: the person may have opted out meanwhile.
void session::release_slowed(moment now) {
  if (slowed_.empty()) return;
  for (auto due = next_release(); due && *due <= now.steady; due = next_release()) {
    take_slowed(turn::taken, now);
    update_pause(leg::esme);
    update_pause(leg::smsc);
  }
  settle(now);
}

// When nothing more is to go: each is answered, so that its sender tries again.
void session::refuse_slowed() {
  while (!slowed_.empty())
    take_slowed(turn::lost, slowed_.begin()->second.arrived);
  decided_count_.flush();
}

void session::take_slowed(turn t, moment now) {
  const auto first = slowed_.extract(slowed_.begin());
  const smpp::buffer& pdu = first.mapped().pdu;
  slowed_octets_ -= pdu.size();
  take_submission(pdu, smpp::read_header(pdu), now, t);
  decide_pending(now);
}

}  // namespace proxy
