#include "proxy/session/replies.h"

#include <algorithm>
#include <boost/json.hpp>

#include "proxy/classify/classifier.h"
#include "proxy/observe/log.h"
#include "smpp/utf8.h"
#include "store/hexadecimal.h"

namespace proxy {
namespace {

// Parts of a message arrive within seconds; a handset that was off may send the rest hours later.
constexpr std::size_t remembered_messages = 100000;
constexpr std::chrono::hours remembered_for{24};

// The proof of what the person wrote, as JSON.
std::string evidence_of(smpp::octets pdu, const smpp::message& m, const std::string& text, const std::string& rule,
                        const std::string& system_id, bool attributed) {
  boost::json::object proof{{"pdu", store::hexadecimal(pdu)},
                            {"data_coding", m.data_coding},
                            {"text", text},
                            {"source_addr", smpp::readable(m.source_addr.text)},
                            {"destination_addr", smpp::readable(m.destination_addr.text)},
                            {"rule", rule},
                            {"system_id", system_id}};
  // Of several that use the address: those that had written to the person lately.
  if (attributed) proof["attributed_to"] = "those who wrote lately";
  return boost::json::serialize(proof);
}

bool could_be_a_person(const smpp::message& m) {
  return smpp::is_from_a_person(m) && m.source_addr.ton != smpp::ton::alphanumeric &&
         m.source_addr.ton != smpp::ton::abbreviated;
}

}  // namespace

replies::replies(metrics& m) : metrics_(&m), parts_(remembered_messages, remembered_for) {}

std::vector<store::event> replies::read(const policy& p, const candidates& c, smpp::octets pdu, const smpp::message& m,
                                        smpp::default_alphabet alphabet, std::chrono::steady_clock::time_point now,
                                        store::instant wall) {
  if (!could_be_a_person(m)) return {};
  const std::optional<store::number> who = p.read_number(m.source_addr);
  const reading r = text_of(m, who.value_or(store::number{}), alphabet, now);
  const classification means = p.understanding().classify(r.text);
  // Half a message may opt out, never opt in.
  const bool opts_out = means.intent == intent::opt_out;
  const bool opts_in = means.intent == intent::opt_in && r.complete;
  if (!opts_out && !opts_in) return {};
  if (!who) {
    if (opts_out) {
      metrics_->unreadable_opt_outs().Increment();
      log(log_level::warning, "an opt-out from an address that cannot be read as a number",
          {{"system_id", c.system_id}, {"ton", m.source_addr.ton}, {"address_length", m.source_addr.text.size()}});
    }
    return {};
  }

  // STOP ALL means everybody; an opt-in is for one.
  std::vector<const sender*> senders = p.senders_of_reply(c, m.destination_addr);
  const std::vector<const sender*> wrote = p.writers_to(*who, c, m.destination_addr, wall);
  const bool attributed = opts_out ? !means.everything && !wrote.empty() : wrote.size() == 1;
  if (attributed) senders = wrote;

  store::event e;
  e.actor = "gate";
  e.who = *who;
  e.number_as_received = smpp::readable(m.source_addr.text);
  e.kind = opts_out ? store::event_kind::opt_out : store::event_kind::opt_in;
  e.method = store::consent_method::mo_keyword;
  e.source = "reply to " + smpp::readable(m.destination_addr.text);
  e.evidence = evidence_of(pdu, m, r.text, means.rule, c.system_id, attributed);

  std::vector<store::event> events;
  const auto add = [&](store::scope s, const sender& to) {
    if (std::ranges::any_of(events, [&](const store::event& earlier) { return earlier.scope == s; })) return;
    e.scope = std::move(s);
    e.collector = to.name;
    events.push_back(e);
  };
  if (opts_out) {
    for (const sender* s : senders)
      add(means.everything ? store::scope{} : p.stop_scope(*s), *s);
  } else if (senders.size() == 1 || std::ranges::find(c.senders, senders.front()) != c.senders.end()) {
    add({store::scope_kind::sender, senders.front()->name}, *senders.front());
  }
  return events;
}

replies::reading replies::text_of(const smpp::message& m, store::number who, smpp::default_alphabet alphabet,
                                  std::chrono::steady_clock::time_point now) {
  const smpp::user_text user = smpp::split_user_data(m);
  std::string text = smpp::to_utf8(user.text, m.data_coding, alphabet);
  if (!user.part || user.part->total == 1) return {std::move(text), true};
  const std::string from = who.digits != 0 ? store::to_string(who) : std::string(m.source_addr.text);
  const std::lock_guard lock(mutex_);
  smpp::reassembler::joined whole = parts_.add(from, m.destination_addr.text, *user.part, std::move(text), now);
  return {std::move(whole.text), whole.complete};
}

}  // namespace proxy
