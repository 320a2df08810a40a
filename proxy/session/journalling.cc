// What the journal hears of each submission: a refusal at once, anything else when its answer has come or will not come
// any more.
#include <algorithm>

#include "proxy/session/session.h"
#include "smpp/message.h"

namespace proxy {

session::decided session::decided_as(const sender& s, const decision& d, std::optional<store::number> who,
                                     moment now) const {
  return {now.wall, who.value_or(store::number{}), d.event, s.journal_name, d.verdict, d.reason, policy_->journals()};
}

std::uint32_t session::forward_submission(smpp::octets pdu, const smpp::header& h, moment now, const decided& what,
                                          std::string_view destination) {
  decided in_window = what;
  in_window.listed = what.journalled && what.who == store::number{};
  const std::uint32_t sequence_number = send_on(leg::smsc, pdu, h, now, in_window);
  if (in_window.listed) listed_[sequence_number].push_back({what, std::string(destination)});
  return sequence_number;
}

store::journal_line session::line_of(const decided& what, const candidates& by) const {
  store::journal_line l{
      {}, what.sender, by.journal_system_id, policy_->journal_text(what.verdict), policy_->journal_text(what.reason)};
  l.at = what.at;
  l.who = what.who;
  l.event = what.event;
  return l;
}

void session::journal(const decided& what, std::string_view destination, const store::journal_facts& answer) {
  if (!what.journalled) return;
  store::journal_line l = line_of(what, bind_candidates());
  l.answered = answer.answered;
  l.command_status = answer.command_status;
  l.message_id = answer.message_id;
  if (what.who == store::number{}) l.destination = destination;
  host_->journal(l);
}

void session::journal_answer(const in_flight& request, std::uint32_t sequence_number, smpp::octets answer) {
  const smpp::header h = smpp::read_header(answer);
  const bool its_own = h.command_id == smpp::response_to(request.id);  // not a generic_nack
  store::journal_facts facts;
  facts.answered = true;
  facts.command_status = static_cast<std::uint32_t>(h.command_status);
  if (its_own) facts.message_id = smpp::message_id(answer);
  // The answer to a replace_sm names no message.
  if (request.id == smpp::command_id::replace_sm) facts.message_id = replaced_[sequence_number].message_id;
  if (!request.message.listed) return journal(request.message, {}, facts);

  std::vector<smpp::unsuccess_sme> unsuccess;
  if (its_own && request.id == smpp::command_id::submit_multi) unsuccess = smpp::unsuccess_in(answer);
  for (const listed_decision& one : listed_[sequence_number]) {
    const auto failed = std::ranges::find(unsuccess, one.destination, &smpp::unsuccess_sme::destination_addr);
    store::journal_facts of_one = facts;
    if (failed != unsuccess.end()) of_one.command_status = static_cast<std::uint32_t>(failed->error_status_code);
    journal(one.what, one.destination, of_one);
  }
  listed_.erase(sequence_number);
}

void session::journal_unanswered(const in_flight& request, std::uint32_t sequence_number) {
  if (!request.message.listed) return journal(request.message, {});
  for (const listed_decision& one : listed_[sequence_number])
    journal(one.what, one.destination);
  listed_.erase(sequence_number);
}

}  // namespace proxy
