// Senders with a rate. With `over_rate: slow` a submission that comes too fast waits here, and until its turn comes
// nothing else is taken from its session: the shell stops reading, and TCP holds the sender back. So one submission a
// session waits, however fast its sender is. What the SMSC says crosses meanwhile.
#include "proxy/session/session.h"

namespace proxy {

bool session::slows(const sender& s) {
  return s.rate && s.configured->over_rate == over_rate_kind::slow;
}

// Of what nothing else refuses.
session::passage session::passage_of(const sender& s, smpp::octets pdu, turn t, moment now, std::uint32_t messages) {
  if (!s.rate || t == turn::taken) return passage::at_once;
  if (t == turn::lost) return passage::refused;
  const std::uint32_t rate = s.configured->max_submits_per_second;
  if (!slows(s)) return s.rate->take(rate, now.steady) ? passage::at_once : passage::refused;
  const auto due = s.rate->promise({rate, messages}, now.steady);
  if (due <= now.steady) return passage::at_once;
  slowed_ = {smpp::buffer(pdu.begin(), pdu.end()), now, due, s.rate, {rate, messages}};
  metrics_->count_limit("slowed");
  return passage::later;
}

// Nothing is kept in mind of it yet.
std::uint32_t session::messages_that_may_pass(const smpp::submit_multi& m, moment now) const {
  std::uint32_t all = 0;
  for (const smpp::dest_address& to : m.dest_addresses) {
    counted_message counts;
    const decision d = judge(one_of_many(m, to, now), now, counts);
    counts.take_back();
    if (d.verdict != verdict::refused) ++all;
  }
  return all;
}

std::optional<std::chrono::steady_clock::time_point> session::next_release() const {
  if (!slowed_ || side(leg::esme).paused || side(leg::smsc).paused) return std::nullopt;
  return slowed_->due;
}

// What has waited is decided anew: the person may have opted out meanwhile.
void session::release_slowed(moment now) {
  const auto due = next_release();
  if (!due || *due > now.steady) return;
  side(leg::esme).last_received = now.steady;
  take_slowed(turn::taken, now);
  update_pause(leg::esme);
  update_pause(leg::smsc);
  settle(now);
}

// When nothing more is to go: it is answered, so that its sender tries again, and what it was promised is others'.
void session::refuse_slowed() {
  if (!slowed_) return;
  slowed_->rate->give_back(slowed_->promised);
  take_slowed(turn::lost, slowed_->arrived);
  decided_count_.flush();
}

void session::take_slowed(turn t, moment now) {
  const smpp::buffer pdu = std::move(slowed_->pdu);
  slowed_.reset();
  const smpp::header h = smpp::read_header(pdu);
  switch (h.command_id) {
    case smpp::command_id::submit_multi:
      return take_submit_multi(pdu, h, now, t);
    case smpp::command_id::broadcast_sm:
      return take_broadcast_sm(pdu, h, now, t);
    default:
      take_submission(pdu, h, now, t);
      decide_pending(now);
  }
}

}  // namespace proxy
