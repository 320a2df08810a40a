#include "proxy/session/replies.h"

#include <algorithm>
#include <array>
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
  std::array<unsigned char, 2048> room{};  // enough for most, so that no memory is asked for
  boost::json::monotonic_resource memory(room.data(), room.size());
  boost::json::object proof({{"pdu", store::hexadecimal(pdu)},
                             {"data_coding", m.data_coding},
                             {"text", text},
                             {"source_addr", smpp::readable(m.source_addr.text)},
                             {"destination_addr", smpp::readable(m.destination_addr.text)},
                             {"rule", rule},
                             {"system_id", system_id}},
                            &memory);
  // Of several that use the address: those that had written to the person lately.
  if (attributed) proof["attributed_to"] = "those who wrote lately";
  return boost::json::serialize(proof);
}

// The YES, and in it the request that it completes, or the digest of that in a store that keeps no numbers.
std::string evidence_of_both(const std::string& yes, const store::pending_opt_in& question) {
  boost::json::object both = boost::json::parse(yes).as_object();
  both["question"] = question.wording;
  if (question.evidence.empty()) {
    both["request_sha256"] = question.evidence_sha256;
  } else {
    both["request"] = boost::json::parse(question.evidence);
  }
  return boost::json::serialize(both);
}

store::event event_of(const heard_message& heard, store::event_kind kind) {
  store::event e;
  e.actor = "gate";
  e.who = heard.who;
  e.number_as_received = smpp::readable(heard.from.text);
  e.kind = kind;
  e.method = store::consent_method::mo_keyword;
  e.source = "reply to " + smpp::readable(heard.to.text);
  e.evidence = heard.evidence;
  return e;
}

bool could_be_a_person(const smpp::message& m) {
  return smpp::is_from_a_person(m) && m.source_addr.ton != smpp::ton::alphanumeric &&
         m.source_addr.ton != smpp::ton::abbreviated;
}

}  // namespace

replies::replies(metrics& m, spokesman& s)
    : metrics_(&m), spokesman_(&s), parts_(remembered_messages, remembered_for) {}

reply replies::read(const heard_at& at, smpp::octets pdu, const smpp::message& m, smpp::default_alphabet alphabet) {
  if (!could_be_a_person(m)) return {};
  const policy& p = at.policy;
  const std::optional<store::number> who = p.read_number(m.source_addr);
  const reading r = text_of(m, who.value_or(store::number{}), alphabet, at.now.steady);
  const classification means = p.understanding().classify(r.text);
  // Half a message may opt out, and nothing else.
  const bool opts_out = means.intent == intent::opt_out;
  const bool opts_in = means.intent == intent::opt_in && r.complete;
  const bool says_yes = means.yes && r.complete && !opts_out && !opts_in;
  const bool wants_help = means.intent == intent::help && r.complete;
  if (!opts_out && !opts_in && !says_yes && !wants_help) return {};
  if (!who) {
    if (opts_out) {
      metrics_->unreadable_opt_outs().Increment();
      log(log_level::warning, "an opt-out from an address that cannot be read as a number",
          {{"system_id", at.bind.system_id},
           {"ton", m.source_addr.ton},
           {"address_length", m.source_addr.text.size()}});
    }
    return {};
  }

  // STOP ALL means everybody. An opt-in is for one sender alone.
  const std::vector<const sender*> listed = p.senders_of_reply(at.bind, m.destination_addr);
  const std::vector<const sender*> wrote = p.writers_to(*who, at.bind, m.destination_addr, at.now.wall);
  const bool attributed = opts_out ? !means.everything && !wrote.empty() : wrote.size() == 1;
  const std::vector<const sender*>& senders = attributed ? wrote : listed;
  const heard_message heard{*who, m.source_addr, m.destination_addr, means.language,
                            evidence_of(pdu, m, r.text, means.rule, at.bind.system_id, attributed && !says_yes)};
  if (wants_help) {
    spokesman_->asked_for_help(at, heard, senders);
    return {};
  }
  if (opts_out) return opt_out(at, heard, senders, means.everything);
  if (says_yes) return yes(at, heard, listed);
  // Nobody guesses for which of several.
  const sender& to = *senders.front();
  if (senders.size() > 1 && std::ranges::find(at.bind.senders, &to) == at.bind.senders.end()) return {};
  return opt_in(at, heard, to);
}

reply replies::opt_out(const heard_at& at, const heard_message& heard, const std::vector<const sender*>& senders,
                       bool everything) {
  reply all;
  all.then = spokesman_->opted_out(at, heard, senders, everything);
  for (const sender* s : senders) {
    store::event e = event_of(heard, store::event_kind::opt_out);
    e.scope = everything ? store::scope{} : at.policy.stop_scope(*s);
    e.collector = s->name;
    if (std::ranges::find(all.events, e.scope, &store::event::scope) == all.events.end())
      all.events.push_back(std::move(e));
  }
  return all;
}

reply replies::opt_in(const heard_at& at, const heard_message& heard, const sender& to) {
  if (to.configured != nullptr && to.configured->double_opt_in) {
    spokesman_->asked_to_join(at, heard, to);
    return {};
  }
  store::event e = event_of(heard, store::event_kind::opt_in);
  e.scope = {store::scope_kind::sender, to.name};
  e.collector = to.name;
  return {{std::move(e)}, {}};
}

reply replies::yes(const heard_at& at, const heard_message& heard, const std::vector<const sender*>& senders) {
  auto answered = spokesman_->said_yes(at, heard, senders);
  if (!answered) return {};
  store::event e = event_of(heard, store::event_kind::opt_in);
  e.scope = {store::scope_kind::sender, answered->question.sender};
  e.collector = answered->question.sender;
  e.method = store::consent_method::double_opt_in;
  e.wording = answered->question.wording;
  e.evidence = evidence_of_both(heard.evidence, answered->question);
  return {{std::move(e)}, std::move(answered->then)};
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
