// Submissions and their answers as nearly all of a busy sender's are, many at a time: the same comes of them as in
// submissions.cc and from_smsc.cc, in fewer steps. What has anything rare about it is left to those.
#include <algorithm>
#include <array>

#include "proxy/session/session.h"
#include "smpp/framer.h"
#include "smpp/message.h"

namespace proxy {

using smpp::command_id;
using smpp::command_status;

namespace {

// The whole PDU at the front, if it is this one and not longer.
smpp::octets front(smpp::octets received, command_id id, std::size_t longest) {
  const smpp::frame f = smpp::next_frame(received, longest);
  if (f.status != smpp::framing::complete || smpp::read_header(received).command_id != id) return {};
  return received.first(f.length);
}

// PDUs that stand one after the other are copied together, and renumbered where they then are.
class row_of_pdus {
 public:
  row_of_pdus(smpp::buffer& to, const std::uint8_t* begin) : to_(to), begin_(begin), end_(begin) {}

  // It follows the one before.
  void add(smpp::octets pdu, std::uint32_t sequence_number) {
    if (count_ == renumbered_.size()) write();
    renumbered_[count_++] = {static_cast<std::uint32_t>(pdu.data() - begin_), sequence_number};
    end_ = pdu.data() + pdu.size();
  }
  void leave_out(smpp::octets pdu) {
    write();
    begin_ = end_ = pdu.data() + pdu.size();
  }
  void write() {
    const std::size_t base = to_.size();
    to_.insert(to_.end(), begin_, end_);
    for (std::size_t i = 0; i < count_; ++i)
      smpp::write_u32(to_.data() + base + renumbered_[i].offset + 12, renumbered_[i].sequence_number);
    begin_ = end_;
    count_ = 0;
  }

 private:
  struct renumbered {
    std::uint32_t offset, sequence_number;
  };
  smpp::buffer& to_;
  const std::uint8_t* begin_;
  const std::uint8_t* end_;
  std::array<renumbered, 64> renumbered_;
  std::size_t count_ = 0;
};

}  // namespace

// Where a message comes from decides whose it is: the next one from there is the same sender's.
void session::remember_origin(smpp::octets pdu, const smpp::message& m, const pending_submission& p) {
  const bool plain = !p.mismatch && p.channel == 0 && p.from->rules == nullptr && !p.from->rate;
  origin_sender_ = plain && origin_.take(pdu, m) ? p.from : nullptr;
}

// Returns how many octets of the front are dealt with.
std::size_t session::take_plain_submissions(smpp::octets received, moment now) {
  if (origin_sender_ == nullptr) return 0;
  const one_side& smsc = side(leg::smsc);
  const std::size_t longest = std::min<std::size_t>(longest_pending, limits().max_pdu_octets);
  std::array<plain_submission, most_pending> together;
  std::size_t done = 0, room = 0, count = 0;
  do {
    const std::size_t under_way = smsc.requests.size() + pending_.size(), most = limits().max_window;
    room = std::min(most_pending, most - std::min(most, under_way));
    for (count = 0; count < room; ++count) {
      const smpp::octets pdu = front(received.subspan(done), command_id::submit_sm, longest);
      smpp::address to;
      if (pdu.empty() || !smpp::read_plain_submit_sm(pdu, origin_, to)) break;
      const auto who = policy_->read_number(to);
      if (!who) break;
      policy_->expect(*who);
      together[count] = {pdu, *who, to.text};
      done += pdu.size();
    }
    if (count == 0) break;
    if (!pending_.empty()) decide_pending(now);  // what came before
    counted_.count(*metrics_, leg::esme, command_id::submit_sm, static_cast<std::uint32_t>(count));
    submissions_ += count;
    decide_plain(std::span(together).first(count), now);
    update_pause(leg::esme);
    update_pause(leg::smsc);
  } while (count == room && may_take(leg::esme));
  return done;
}

// Each is decided for itself; what passes, one after the other, is written at once.
void session::decide_plain(std::span<const plain_submission> together, moment now) {
  const sender& from = *origin_sender_;
  const policy::standing_question asked = policy_->ask_for(from, now.wall);
  const bool journalled = policy_->journals();
  row_of_pdus passing(side(leg::smsc).output, together.front().pdu.data());
  for (const plain_submission& p : together) {
    const decision d = policy_->decide(asked, p.who);
    count(from, d, p.destination);
    if (d.verdict == verdict::refused) {
      passing.leave_out(p.pdu);
      journal(decided_as(from, d, p.who, now), p.destination);
      answer(leg::esme, smpp::read_header(p.pdu), policy_->status_of(d.reason));
      continue;
    }
    const auto [sequence_number, request] = side(leg::smsc).requests.add();
    request = {.original = smpp::read_header(p.pdu).sequence_number,
               .id = command_id::submit_sm,
               .since = now.steady,
               .message = {now.wall, p.who, d.event, from.journal_name, d.verdict, d.reason, journalled}};
    passing.add(p.pdu, sequence_number);
  }
  passing.write();
}

// Likewise, of the answers to submissions that nothing waits for but the sender and the journal.
std::size_t session::take_plain_answers(smpp::octets received, moment now) {
  if (!held_.empty() || policy_->hears_carriers() || (policy_->speaks() && !spelling_->is_known())) return 0;
  auto& requests = side(leg::smsc).requests;
  one_side& esme = side(leg::esme);
  if (esme.output.size() + esme.unsent > limits().max_unsent_octets) return 0;
  const std::size_t room = limits().max_unsent_octets - esme.output.size() - esme.unsent;
  const std::size_t longest = limits().max_pdu_octets;
  const candidates& who = bind_candidates();
  row_of_pdus passing(esme.output, received.data());
  std::size_t done = 0;
  std::uint32_t count = 0;
  while (done <= room) {
    const smpp::octets pdu = front(received.subspan(done), command_id::submit_sm_resp, longest);
    if (pdu.empty()) break;
    const smpp::header h = smpp::read_header(pdu);
    const in_flight* const request = requests.find(h.sequence_number);
    if (request == nullptr || request->id != command_id::submit_sm || !request->is_plain()) break;
    response_seconds_.observe(now.steady - request->since);
    if (request->message.journalled) {
      store::journal_line l = line_of(request->message, who);
      l.answered = true;
      l.command_status = static_cast<std::uint32_t>(h.command_status);
      l.message_id = smpp::message_id(pdu);
      host_->journal(l);
    }
    passing.add(pdu, request->original);
    requests.erase(h.sequence_number);
    done += pdu.size();
    ++count;
  }
  if (count == 0) return 0;
  passing.write();
  counted_.count(*metrics_, leg::smsc, command_id::submit_sm_resp, count);
  update_pause(leg::esme);
  return done;
}

}  // namespace proxy
