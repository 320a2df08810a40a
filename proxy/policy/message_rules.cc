// What is asked of a message once its recipient's consent is there: hours, frequency, a way out.
#include "proxy/policy/policy.h"
#include "proxy/rules/ways_out.h"
#include "smpp/delivery_time.h"
#include "smpp/text.h"

namespace proxy {
namespace {

// The first reason of a refusal; without one, the first that is only observed, that of the consent included.
class outcome {
 public:
  explicit outcome(const decision& consented) : result_(consented) {}

  // Whether the rule refuses the message.
  bool refuses(rule_mode mode, reason r) {
    if (mode == rule_mode::enforce) {
      result_ = {verdict::refused, r, result_.event};
      return true;
    }
    if (result_.reason == reason::none) result_ = {verdict::observed, r, result_.event};
    return false;
  }
  const decision& result() const { return result_; }

 private:
  decision result_;
};

// When the message will be delivered; nothing when that cannot be told.
std::optional<store::instant> delivery_of(const smpp::message& m, store::instant now) {
  if (m.schedule_delivery_time.empty()) return now;
  const auto second = std::chrono::floor<std::chrono::seconds>(now);
  const auto scheduled = smpp::delivery_time(m.schedule_delivery_time, second);
  if (!scheduled) return std::nullopt;
  return std::max<store::instant>(now, *scheduled);
}

bool permits(const message_rules& rules, store::number who, std::optional<store::instant> delivery) {
  return delivery && all_permit(rules.calendars, who, std::chrono::floor<std::chrono::seconds>(*delivery));
}

concatenated message_of(const smpp::user_text& text) {
  return text.part ? concatenated{text.part->reference, text.part->total} : concatenated{};
}

bool offers_a_way_out(message_memory& memory, const sender& s, const asked_message& a, const smpp::user_text& user) {
  const ways_out& known = ways_out::shipped();
  std::string text = smpp::to_utf8(user.text, a.message->data_coding, a.alphabet);
  if (!user.part || user.part->total == 1) return known.in(text).has_value();
  const std::string source = s.name + '\n' + std::string(a.message->source_addr.text);
  return memory.texts.may_pass(known, source, store::to_string(a.who), *user.part, std::move(text), a.steady);
}

}  // namespace

decision policy::judge_message(const sender& s, const decision& consented, const asked_message& a,
                               counted_message& counted) const {
  const message_rules& rules = *s.rules;
  const smpp::user_text user = smpp::split_user_data(*a.message);
  outcome o(consented);
  if (rules.quiet_hours != rule_mode::off && !permits(rules, a.who, delivery_of(*a.message, a.now)) &&
      o.refuses(rules.quiet_hours, reason::quiet_hours))
    return o.result();

  if (rules.frequency_cap != rule_mode::off) {
    const recipient who = memory_->recipient_of(a.who);
    const auto admitted =
        s.frequency->admit(who, message_of(user), rules.cap, a.now, rules.frequency_cap == rule_mode::observe);
    if (admitted.counted) counted = {s.frequency, who, admitted.place};
    if (!admitted.within && o.refuses(rules.frequency_cap, reason::frequency_cap)) return o.result();
  }
  if (rules.opt_out_mention != rule_mode::off && !offers_a_way_out(*memory_, s, a, user) &&
      o.refuses(rules.opt_out_mention, reason::missing_opt_out_mention)) {
    counted.take_back();
  }
  return o.result();
}

// A message that loses its text says nothing that needs a way out.
decision policy::judge_replacement(const sender& s, const decision& consented, const asked_message& a) const {
  const message_rules& rules = *s.rules;
  outcome o(consented);
  const bool moves = !a.message->schedule_delivery_time.empty();
  if (rules.quiet_hours != rule_mode::off && moves && !permits(rules, a.who, delivery_of(*a.message, a.now)) &&
      o.refuses(rules.quiet_hours, reason::quiet_hours))
    return o.result();
  const smpp::user_text user = smpp::split_user_data(*a.message);
  if (rules.opt_out_mention != rule_mode::off && !user.text.empty() && !offers_a_way_out(*memory_, s, a, user))
    o.refuses(rules.opt_out_mention, reason::missing_opt_out_mention);
  return o.result();
}

decision policy::judge_hours(const sender& s, const decision& consented, store::number who, store::instant at) const {
  if (!s.rules || consented.verdict == verdict::refused || s.rules->quiet_hours == rule_mode::off) return consented;
  outcome o(consented);
  if (!permits(*s.rules, who, at)) o.refuses(s.rules->quiet_hours, reason::quiet_hours);
  return o.result();
}

store::instant policy::due(std::string_view schedule_delivery_time, store::instant now) {
  const auto second = std::chrono::floor<std::chrono::seconds>(now);
  const auto scheduled = smpp::delivery_time(schedule_delivery_time, second);
  return scheduled ? std::max<store::instant>(now, *scheduled) : now;
}

}  // namespace proxy
