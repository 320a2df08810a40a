// What a sender changes of a message that the SMSC still holds: replace_sm. To whom it goes stays as it was, so what is
// judged is what changes, its text and its time; and whether the person has opted out meanwhile, where the gate knows
// who it is: of what was scheduled. Of what it does not know, the time cannot be changed: nobody can say how long a
// consent lasts.
#include <algorithm>

#include "proxy/session/session.h"
#include "smpp/message.h"
#include "smpp/utf8.h"

namespace proxy {

using smpp::command_status;

void session::take_replace_sm(smpp::octets pdu, const smpp::header& h, moment now) {
  smpp::replace_sm r;
  const command_status status = smpp::decode_replace_sm(pdu, r);
  if (status != command_status::ESME_ROK && !crosses_broken(status)) {
    metrics_->malformed(leg::esme).Increment();
    return answer(leg::esme, h, status);
  }
  if (status == command_status::ESME_RINVMSGLEN) return forward_request(leg::smsc, pdu, h, now);
  ++submissions_;
  const std::string message_id(r.message_id);
  scheduled_message original;
  const auto held = held_under(message_id, original);
  r.rest.esm_class = original.esm_class;
  r.rest.data_coding = original.data_coding;
  const sender* s = policy_->sender_of(*candidates_, r.rest.source_addr);
  const sender& counted = s != nullptr ? *s : *candidates_->senders.front();
  const decision d = decide_replacement(s, r, held, now);
  const std::string destination = "message " + smpp::readable(message_id);
  count(counted, d, destination);
  const decided what = decided_as(counted, d, held ? std::optional(held->who) : std::nullopt, now);
  if (d.verdict == verdict::refused) {
    journal(what, destination);
    return answer(leg::esme, h, policy_->status_of(d.reason));
  }
  const std::uint32_t sequence_number = forward_submission(pdu, h, now, what, destination);
  replacement& waits = replaced_[sequence_number] = {message_id, 0, {}};
  if (!held || r.rest.schedule_delivery_time.empty()) return;
  waits.held = held->id;
  waits.due = policy::due(r.rest.schedule_delivery_time, now.wall);
}

// Of exempt senders whatever it is, as everything of theirs; of others when only optional parameters are broken, and
// nobody asks for what the text says, which might stand there.
bool session::crosses_broken(command_status status) const {
  return std::ranges::all_of(candidates_->senders, [&](const sender* s) {
    const bool text_counts = s->rules != nullptr && s->rules->opt_out_mention != rule_mode::off;
    return s->kind == policy_kind::exempt || (status == command_status::ESME_RINVOPTPARSTREAM && !text_counts);
  });
}

// What this bind's system_id has submitted.
std::optional<store::scheduled> session::held_under(const std::string& message_id, scheduled_message& what) const {
  auto held = policy_->find_scheduled(handle_of(system_id_, message_id));
  const auto known = held ? unpack(*held) : std::nullopt;
  if (!known || known->system_id != system_id_ || known->message_id != message_id) return std::nullopt;
  what = *known;
  return held;
}

decision session::decide_replacement(const sender* s, const smpp::replace_sm& r,
                                     const std::optional<store::scheduled>& held, moment now) const {
  if (s == nullptr) return policy_->apply_mode(*candidates_->senders.front(), reason::sender_mismatch);
  decision d{verdict::forwarded, reason::none, 0};
  if (s->kind == policy_kind::exempt) return d;
  const bool moves = !r.rest.schedule_delivery_time.empty();
  if (held) {
    const store::instant due = moves ? policy::due(r.rest.schedule_delivery_time, now.wall) : held->due;
    d = policy_->decide(*s, held->who, now.wall, std::max(due, now.wall));
  } else if (moves) {
    d = policy_->apply_mode(*s, reason::unverifiable_destination);
  }
  if (s->rules == nullptr || d.verdict == verdict::refused) return d;
  return policy_->judge_replacement(*s, d,
                                    {&r.rest, held ? held->who : store::number{}, alphabet_, now.wall, now.steady});
}

void session::hear_replaced(std::uint32_t sequence_number, smpp::octets answer) {
  const auto found = replaced_.extract(sequence_number);
  if (found.empty() || smpp::read_header(answer).command_status != command_status::ESME_ROK) return;
  if (found.mapped().held != 0) policy_->move_scheduled(found.mapped().held, found.mapped().due);
}

}  // namespace proxy
