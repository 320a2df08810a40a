#include "proxy/conversation/spokesman.h"

#include <algorithm>

#include "proxy/conversation/texts.h"
#include "smpp/outgoing.h"

namespace proxy {
namespace {

constexpr std::chrono::minutes say_within{5};  // what comes later than this confuses
constexpr std::chrono::minutes help_interval{10};
constexpr std::size_t most_remembered = 100000;
constexpr std::chrono::hours receipts_come_for{72};  // until the validity period is over, rarely more than two days
constexpr std::ptrdiff_t fewest_digits = 7;          // of a number that is no short code

bool covers(const store::scope& s, const store::scope& wanted, const sender& of) {
  return s.kind == store::scope_kind::all || s == wanted ||
         (wanted.kind == store::scope_kind::sender && s.kind == store::scope_kind::group && s.name == of.group);
}

const sender* first_that(const std::vector<const sender*>& senders, std::optional<spoken_texts> sender_config::* says) {
  const auto found = std::ranges::find_if(
      senders, [&](const sender* s) { return s->configured != nullptr && (s->configured->*says).has_value(); });
  return found == senders.end() ? nullptr : *found;
}

// What outlives the configuration.
sender unconfigured(const sender& s) {
  sender out;
  out.name = s.name;
  out.group = s.group;
  out.own_scope = s.own_scope;
  out.group_scope = s.group_scope;
  return out;
}

// An address that outlives its PDU.
struct kept_address {
  std::uint8_t ton, npi;
  std::string text;
  explicit kept_address(const smpp::address& a) : ton(a.ton), npi(a.npi), text(a.text) {}
  operator smpp::address() const { return {ton, npi, text}; }
};

}  // namespace

std::optional<store::failure> spokesman::begin(store::consent_store& s) {
  store_ = &s;
  return questions_.begin(s);
}

// Replies reads nothing from alphanumeric addresses, and from those that are no number. A short code with TON 2 is one
// once the country code stands in front of it. An address of a sender may be an operator's own number at the other end
// of a test, or of a loop; so may the address that the person seems to have written to.
bool spokesman::may_answer(const heard_at& at, const heard_message& m) const {
  const bool is_short = std::ranges::count_if(m.from.text, [](char c) { return c >= '0' && c <= '9'; }) < fewest_digits;
  return !is_short && !m.to.text.empty() && !at.policy.is_own(m.from) && at.policy.read_number(m.to) != m.who;
}

gate_request spokesman::request(std::string kind, const heard_at& at, const heard_message& m, const sender& s,
                                const spoken_texts& texts) {
  gate_request r;
  r.kind = std::move(kind);
  r.system_ids = s.configured->system_ids;
  if (r.system_ids.empty()) r.system_ids = {at.bind.system_id};
  r.until = at.now.steady + say_within;
  r.pdu = [from = kept_address(m.to), to = kept_address(m.from), text = text_for(texts, m.language).text](
              smpp::default_alphabet zero) { return smpp::make_submit_sm(from, to, smpp::encode(text, zero)); };
  r.to = m.who;
  r.sender = s.name;
  r.done = [this, who = m.who](const gate_answer& a) {
    if (a.what == gate_answer::fate::accepted && !a.message_id.empty()) store_->sent(who, a.message_id, store::now());
  };
  return r;
}

// Nothing changes when the number was opted out there already. The person's own opt-in since makes it a change again.
bool spokesman::changes_something(const heard_at& at, const heard_message& m, const sender& s,
                                  const store::scope& covered) const {
  const store::question q{s.own_scope, s.group_scope, store::consent_rule::opt_out, at.now.wall, {}};
  if (store_->judge(m.who, q).result != store::standing::opted_out) return true;
  return std::ranges::none_of(store_->known(m.who), [&](const store::consent_store::known_fact& k) {
    return k.what.opt_out && covers(k.scope, covered, s);
  });
}

// Two deliveries of one message may come at once on two binds: the first claims the confirmation until it is recorded.
settlement spokesman::opted_out(const heard_at& at, const heard_message& m, const std::vector<const sender*>& senders,
                                bool everything) {
  const sender* s = first_that(senders, &sender_config::confirmation);
  if (s == nullptr || !may_answer(at, m)) return {};
  const store::scope covered = everything ? store::scope{} : at.policy.stop_scope(*s);
  const claim c{m.who.digits, to_string(covered)};
  bool fresh = false;
  {
    const std::lock_guard lock(mutex_);
    if (!being_recorded_.insert(c).second) return {};
    fresh = unconfirmed_.erase(c) > 0 || changes_something(at, m, *s, covered);
  }
  std::optional<gate_request> says;
  const spoken_texts& own = *s->configured->confirmation;
  if (fresh) {
    says = request("confirmation", at, m, *s, own.empty() ? shipped_confirmations() : own);
    // Who wrote START while it waited for a bind is not told the opposite.
    says->pdu = [this, who = m.who, of = unconfigured(*s), pdu = std::move(says->pdu)](smpp::default_alphabet zero) {
      const store::question q{of.own_scope, of.group_scope, store::consent_rule::opt_out, store::now(), {}};
      const bool stands = store_->judge(who, q).result == store::standing::opted_out;
      return stands && !questions_.is_wanted(who, of, store::now()) ? pdu(zero) : smpp::buffer{};
    };
  }
  return [this, c, says = std::move(says), bind = at.session](bool on_disk) {
    {
      const std::lock_guard lock(mutex_);
      being_recorded_.erase(c);
      if (!on_disk && says && unconfirmed_.size() < most_remembered) unconfirmed_.insert(c);
    }
    if (on_disk && says) outbox_->post(*says, bind);
  };
}

void spokesman::asked_for_help(const heard_at& at, const heard_message& m, const std::vector<const sender*>& senders) {
  const sender* s = first_that(senders, &sender_config::help);
  if (s == nullptr || !may_answer(at, m)) return;
  {
    const std::lock_guard lock(mutex_);
    const claim c{m.who.digits, s->name};
    const auto last = helped_.find(c);
    if (last != helped_.end() && at.now.steady - last->second < help_interval) return;
    if (last == helped_.end() && helped_.size() >= most_remembered) return;
    helped_[c] = at.now.steady;
  }
  outbox_->post(request("help", at, m, *s, *s->configured->help), at.session);
}

// A question of which the SMSC has not said that it took it is not open: the next START asks again. One that waits for
// a bind is not asked after a STOP.
void spokesman::asked_to_join(const heard_at& at, const heard_message& m, const sender& s) {
  if (!may_answer(at, m)) return;
  const spoken_texts& texts = *s.configured->double_opt_in;
  if (!questions_.ask(m.who, s, text_for(texts, m.language).text, m.evidence, at.now.wall)) return;
  const sender asks = unconfigured(s);
  gate_request says = request("question", at, m, s, texts);
  says.pdu = [this, who = m.who, asks, pdu = std::move(says.pdu)](smpp::default_alphabet zero) {
    return questions_.is_wanted(who, asks, store::now()) ? pdu(zero) : smpp::buffer{};
  };
  says.done = [this, who = m.who, asks, sent = std::move(says.done)](const gate_answer& a) {
    sent(a);
    a.what == gate_answer::fate::accepted ? questions_.asked(who, asks, store::now())
                                          : questions_.close(who, asks.name);
  };
  outbox_->post(std::move(says), at.session);
}

std::optional<completed> spokesman::said_yes(const heard_at& at, const heard_message& m,
                                             const std::vector<const sender*>& senders) {
  auto question = questions_.answer(m.who, senders, at.now.wall);
  if (!question) return std::nullopt;
  return completed{*question, [this, p = *question](bool on_disk) { questions_.answered(p, on_disk); }};
}

// Whose message it was stands in source_addr; some SMSCs leave the addresses as they were submitted.
bool spokesman::is_own_receipt(const policy& p, const smpp::message& m, id_spelling& spelling) const {
  const bool learns = p.speaks() && !spelling.is_known();
  const bool nothing_sent = !store_->has_sent();
  if (nothing_sent && !learns) return false;
  const std::string_view id = receipted_id(m);
  if (id.empty()) return false;
  for (const smpp::address& a : {m.source_addr, m.destination_addr}) {
    const auto who = p.read_number(a);
    if (!who) continue;
    if (learns) spelling.receipted(*who, id);
    if (nothing_sent) continue;
    const bool any_base = spelling.may_change_base();
    for (const std::string& sent : store_->sent_ids(*who)) {
      if (same_id(sent, id) || (any_base && same_id_in_another_base(sent, id))) return true;
    }
  }
  return false;
}

std::shared_ptr<id_spelling> spokesman::spelling_of(const std::string& upstream) {
  const std::lock_guard lock(mutex_);
  auto& known = spellings_[upstream];
  if (!known) known = std::make_shared<id_spelling>();
  return known;
}

void spokesman::tick(moment now) {
  questions_.close_old(now.wall);
  store_->forget_sent(now.wall - receipts_come_for);
  const std::lock_guard lock(mutex_);
  std::erase_if(helped_, [&](const auto& h) { return now.steady - h.second >= help_interval; });
}

}  // namespace proxy
