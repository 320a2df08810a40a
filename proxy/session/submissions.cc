// What a sender submits: submit_sm and data_sm in small batches, submit_multi, broadcast_sm.
#include <algorithm>

#include "proxy/session/session.h"
#include "smpp/message.h"

namespace proxy {

using smpp::command_id;
using smpp::command_status;

// Whose message it is, and its number; nothing is asked of the store yet.
session::pending_submission session::addressed(const smpp::address& source_addr,
                                               const smpp::address& destination_addr) const {
  pending_submission p;
  const sender* found = policy_->sender_of(*candidates_, source_addr, &p.channel);
  p.mismatch = found == nullptr;
  p.from = p.mismatch ? candidates_->senders.front() : found;
  p.destination = destination_addr.text;
  const bool number_is_used = policy_->journals() || policy_->hears_carriers() || p.channel != 0;
  if (p.from->kind != policy_kind::exempt || number_is_used) p.who = policy_->read_number(destination_addr);
  return p;
}

session::pending_submission session::unverifiable(const smpp::address& source_addr,
                                                  std::string_view destination) const {
  pending_submission p = addressed(source_addr, {});
  p.who.reset();
  p.destination = destination;
  p.unverifiable = true;
  return p;
}

session::pending_submission session::one_of_many(const smpp::submit_multi& m, const smpp::dest_address& to,
                                                 moment now) const {
  pending_submission p =
      to.distribution_list ? unverifiable(m.source_addr, to.dl_name) : addressed(m.source_addr, to.sme);
  p.message = &m.rest;
  p.due = policy::due(m.rest.schedule_delivery_time, now.wall);
  return p;
}

decision session::judge(const pending_submission& p, moment now, counted_message& counted) const {
  decision d;
  if (p.mismatch) {
    d = policy_->apply_mode(*p.from, reason::sender_mismatch);
  } else if (p.unverifiable && p.from->kind != policy_kind::exempt) {
    d = policy_->apply_mode(*p.from, reason::unverifiable_destination);
  } else {
    d = policy_->decide(*p.from, p.who, now.wall, std::max(p.due, now.wall));
  }
  if (p.from->rules != nullptr && d.verdict != verdict::refused && p.who) d = judge_message(p, d, now, counted);
  return d;
}

session::decided session::settle_verdict(const pending_submission& p, const decision& d, moment now,
                                         const counted_message& counted) {
  count(*p.from, d, p.destination);
  decided what = decided_as(*p.from, d, p.who, now);
  if (p.channel != 0 && p.who && d.verdict != verdict::refused) policy_->remember(*p.who, p.channel, now.wall);
  what.counted = counted.by != nullptr;
  return what;
}

void session::count(const sender& s, const decision& d, std::string_view destination) {
  decided_count_.count(s.submits.get(), d.verdict, d.reason);
  if (d.reason != reason::none) s.refusals->add(d.verdict, d.reason, destination);
}

// submit_sm and data_sm: one destination, one verdict. What is read together is addressed first and decided then, so
// that its lookups do not wait for memory one by one.
void session::take_submission(smpp::octets pdu, const smpp::header& h, moment now, turn t) {
  smpp::message m;
  const command_status decoded =
      h.command_id == command_id::data_sm ? smpp::decode_data_sm(pdu, m, true) : smpp::decode_submit_sm(pdu, m);
  if (decoded != command_status::ESME_ROK) {
    decide_pending(now);
    metrics_->malformed(leg::esme).Increment();
    return answer(leg::esme, h, decoded);
  }
  pending_.push_back(addressed(m.source_addr, m.destination_addr));
  pending_submission& p = pending_.back();
  p.pdu = pdu;
  p.header = h;
  p.turn = t;
  if (h.command_id == command_id::submit_sm) remember_origin(pdu, m, p);
  if (!m.schedule_delivery_time.empty()) p.due = policy::due(m.schedule_delivery_time, now.wall);
  if (p.who) policy_->expect(*p.who);
  const bool at_once = pdu.size() > longest_pending || slows(*p.from);  // what waits for its turn is the last
  if (pending_.size() == most_pending || at_once) decide_pending(now);
}

void session::decide_pending(moment now) {
  for (const pending_submission& p : pending_) {
    if (p.turn == turn::to_be_taken) ++submissions_;
    counted_message counted;
    decision d = judge(p, now, counted);
    const passage how = d.verdict == verdict::refused ? passage::at_once : passage_of(*p.from, p.pdu, p.turn, now);
    if (how != passage::at_once) counted.take_back();
    if (how == passage::later) continue;
    if (how == passage::refused) d = policy_->apply_mode(*p.from, reason::throttled, d.event);
    const decided what = settle_verdict(p, d, now, counted);
    if (d.verdict == verdict::refused) {
      journal(what, p.destination);
      answer(leg::esme, p.header, policy_->status_of(d.reason));
    } else {
      const std::uint32_t sequence_number = forward_submission(p.pdu, p.header, now, what, p.destination);
      if (what.counted) counted_messages_[sequence_number].push_back(std::move(counted));
      if (is_to_be_held(p, now)) await_schedule(sequence_number, p);
    }
  }
  pending_.clear();
}

// Each destination gets its own verdict: the refused ones are taken out, and reported when the SMSC has answered for
// the rest. What waits for its turn waits as a whole: its answer is one.
void session::take_submit_multi(smpp::octets pdu, const smpp::header& h, moment now, turn t) {
  smpp::submit_multi m;
  if (const command_status status = smpp::decode_submit_multi(pdu, m); status != command_status::ESME_ROK) {
    metrics_->malformed(leg::esme).Increment();
    return answer(leg::esme, h, status);
  }
  if (t == turn::to_be_taken) ++submissions_;
  const sender* from = policy_->sender_of(*candidates_, m.source_addr);
  if (t == turn::to_be_taken && from != nullptr && slows(*from)) {
    const std::uint32_t messages = messages_that_may_pass(m, now);
    if (messages > 0 && passage_of(*from, pdu, t, now, messages) == passage::later) return;
    t = turn::taken;
  }
  std::vector<bool> keep;
  std::vector<smpp::unsuccess_sme> refused;
  std::vector<listed_decision> forwarded;
  std::vector<held_message> held;
  smpp::message as_sent = m.rest;
  as_sent.source_addr = m.source_addr;
  bool shared = false;
  decided all;
  std::vector<counted_message> counted;
  for (const smpp::dest_address& to : m.dest_addresses) {
    const pending_submission p = one_of_many(m, to, now);
    counted_message counts;
    decision d = judge(p, now, counts);
    if (d.verdict != verdict::refused && passage_of(*p.from, pdu, t, now) == passage::refused) {
      counts.take_back();
      d = policy_->apply_mode(*p.from, reason::throttled, d.event);
    }
    const decided what = settle_verdict(p, d, now, counts);
    if (what.counted) counted.push_back(std::move(counts));
    keep.push_back(d.verdict != verdict::refused);
    if (keep.back()) {
      all.sender = what.sender;
      all.who = what.who;
      if (is_to_be_held(p, now)) held.push_back(held_as(p, as_sent, to.sme));
      shared |= p.channel != 0;
      if (what.journalled) forwarded.push_back({what, std::string(p.destination)});
      continue;
    }
    journal(what, p.destination);
    refused.push_back({to.sme.ton, to.sme.npi, std::string(p.destination), policy_->status_of(d.reason)});
  }
  const bool only_one = std::ranges::count(keep, true) == 1;
  if (!only_one) all.who = {};  // what the SMSC says of the whole, it says of an only one
  all.journalled = all.listed = !forwarded.empty();
  all.counted = !counted.empty();
  if (refused.empty()) {
    const std::uint32_t sequence_number = send_on(leg::smsc, pdu, h, now, all);
    if (all.listed) listed_[sequence_number] = std::move(forwarded);
    if (all.counted) counted_messages_[sequence_number] = std::move(counted);
    return await_schedules(sequence_number, std::move(held), only_one, shared);
  }
  if (refused.size() == m.dest_addresses.size()) return answer(leg::esme, h, refused.front().error_status_code);

  in_flight request;
  request.original = h.sequence_number;
  request.id = h.command_id;
  request.since = now.steady;
  request.partial = true;
  request.message = all;
  one_side& smsc = side(leg::smsc);
  const std::uint32_t sequence_number = smsc.requests.add(request);
  smpp::append_submit_multi(smsc.output, m, keep, sequence_number);
  partial_[sequence_number] = std::move(refused);
  if (all.listed) listed_[sequence_number] = std::move(forwarded);
  if (all.counted) counted_messages_[sequence_number] = std::move(counted);
  await_schedules(sequence_number, std::move(held), only_one, shared);
}

void session::take_broadcast_sm(smpp::octets pdu, const smpp::header& h, moment now, turn t) {
  smpp::address source_addr;
  if (const command_status status = smpp::decode_broadcast_sm(pdu, source_addr); status != command_status::ESME_ROK) {
    metrics_->malformed(leg::esme).Increment();
    return answer(leg::esme, h, status);
  }
  if (t == turn::to_be_taken) ++submissions_;
  const pending_submission p = unverifiable(source_addr, "broadcast");
  counted_message counts;
  decision d = judge(p, now, counts);
  const passage how = d.verdict == verdict::refused ? passage::at_once : passage_of(*p.from, pdu, t, now);
  if (how == passage::later) return;
  if (how == passage::refused) d = policy_->apply_mode(*p.from, reason::throttled);
  const decided what = settle_verdict(p, d, now, counts);
  if (d.verdict == verdict::refused) {
    journal(what, p.destination);
    return answer(leg::esme, h, policy_->status_of(d.reason));
  }
  forward_submission(pdu, h, now, what, p.destination);
}

}  // namespace proxy
