#include "proxy/policy/policy.h"

#include <algorithm>

namespace proxy {
namespace {

reason reason_of(store::standing s) {
  switch (s) {
    case store::standing::opted_out:
      return reason::opted_out;
    case store::standing::source_recalled:
      return reason::source_recalled;
    case store::standing::consent_expired:
      return reason::consent_expired;
    case store::standing::no_consent:
      return reason::no_consent;
    case store::standing::allowed:
      return reason::none;
  }
  return reason::no_consent;
}

bool says_anything(const sender_config& s) {
  return s.confirmation || s.help || s.double_opt_in;
}

bool contains(const std::vector<const sender*>& senders, const sender* s) {
  return std::ranges::find(senders, s) != senders.end();
}

}  // namespace

policy::policy(std::shared_ptr<const config> c, store::consent_store& store, metrics& m, refusal_log& log,
               std::shared_ptr<message_memory> memory)
    : config_(std::move(c)),
      store_(&store),
      metrics_(&m),
      refusal_log_(&log),
      memory_(std::move(memory)),
      numbers_(config_->numbers),
      by_address_(config_->numbers),
      hears_carriers_(proxy::hears_carriers(*config_)),
      speaks_(std::ranges::any_of(config_->senders, says_anything)),
      understanding_(classifier_with(config_->classify)) {
  for (std::size_t i = 0; i < verdict_count; ++i)
    verdict_texts_[i] = store.journal_text(name(verdict{static_cast<std::uint8_t>(i)}));
  for (std::size_t i = 0; i < reason_count; ++i)
    reason_texts_[i] = store.journal_text(name(reason{static_cast<std::uint8_t>(i)}));
  channels_of_addresses channels;
  for (const sender_config& wanted : config_->senders) {
    const auto made = make_sender(wanted.name, wanted.group);
    made->configured = &wanted;
    made->kind = wanted.policy;
    made->mode = wanted.mode;
    made->observe_opt_outs = wanted.observe_opt_outs;
    made->consent_life = wanted.consent_life;
    if (wanted.rules.any() && wanted.policy != policy_kind::exempt) made->rules = &wanted.rules;
    if (wanted.rules.frequency_cap != rule_mode::off) made->frequency = memory_->frequency_of(wanted.name);
    if (wanted.max_submits_per_second != 0) made->rate = memory_->rate_of(wanted.name);
    senders_.push_back(made);
    for (const std::string& system_id : wanted.system_ids)
      by_system_id_[system_id].push_back(made.get());
    for (const std::string& address : wanted.source_addresses)
      add_address(address, *made, channels);
  }
  use_addresses(std::move(channels));
}

// A channel is named by what all spellings of the address have in common, so that a person may be written to from one
// and answer to another.
void policy::add_address(const std::string& address, const sender& s, channels_of_addresses& all) {
  const auto as_number = store::read_number(address, store::number_kind::unknown, config_->numbers);
  const std::string common =
      as_number ? "+" + store::to_string(*as_number) : std::string(spelling(address, config_->numbers).view());
  const store::channel_id channel = store_->channel_of(common, s.name);
  if (auto& known = all[common]; std::ranges::find(known, channel) == known.end()) known.push_back(channel);
  by_address_.add(address, [&](users_of_address& users) {
    if (contains(users.senders, &s)) return;
    users.senders.push_back(&s);
    users.channels.push_back(channel);
  });
}

void policy::use_addresses(channels_of_addresses all) {
  const store::instant now = store::now();
  for (auto& [address, channels] : all) {
    const auto unseen = store_->use_address(address, std::move(channels), now);
    for (const store::channel_id c : unseen.channels)
      unseen_until_[c] = unseen.until;
  }
}

std::shared_ptr<sender> policy::make_sender(const std::string& name, const std::string& group) const {
  auto made = std::make_shared<sender>();
  made->name = name;
  made->group = group;
  made->own_scope = store_->intern({store::scope_kind::sender, name});
  made->group_scope = store_->intern({store::scope_kind::group, group});
  made->kind = config_->default_policy;
  made->mode = config_->default_mode;
  made->observe_opt_outs = config_->observe_opt_outs;
  made->consent_life = config_->consent_life;
  made->journal_name = store_->journal_text(name);
  made->submits = metrics_->submits_of(name);
  made->refusals = refusal_log_->tally_of(name);
  return made;
}

candidates policy::candidates_for(const std::string& system_id) const {
  candidates c{system_id, store_->journal_text(system_id), {}, nullptr};
  if (const auto named = by_system_id_.find(system_id); named != by_system_id_.end()) {
    c.senders = named->second;
  } else {
    // A sender that happens to have this name keeps its group and rules only for the system_ids it names.
    c.unnamed = make_sender(system_id, system_id);
    c.senders.push_back(c.unnamed.get());
  }
  return c;
}

const sender* policy::sender_of(const candidates& c, const smpp::address& source_addr,
                                store::channel_id* channel) const {
  const auto both = by_address_.find(source_addr);
  bool listed = false;
  for (const users_of_address* found : both) {
    if (found == nullptr) continue;
    listed = true;
    for (const sender* s : c.senders) {
      const auto it = std::ranges::find(found->senders, s);
      if (it == found->senders.end()) continue;
      const auto is_shared = [](const users_of_address* users) {
        return users != nullptr && users->senders.size() > 1;
      };
      if (channel != nullptr && std::ranges::any_of(both, is_shared))
        *channel = found->channels[static_cast<std::size_t>(it - found->senders.begin())];
      return s;
    }
  }
  return listed ? nullptr : c.senders.front();
}

std::vector<const sender*> policy::senders_of_reply(const candidates& c, const smpp::address& destination_addr) const {
  owners all;
  for (const users_of_address* found : by_address_.find(destination_addr)) {
    if (found == nullptr) continue;
    for (const sender* s : found->senders) {
      if (!contains(all, s)) all.push_back(s);
    }
  }
  if (all.empty()) return {c.senders.front()};
  std::ranges::stable_partition(all, [&](const sender* s) { return contains(c.senders, s); });
  return all;
}

std::vector<const sender*> policy::writers_to(store::number who, const candidates& c,
                                              const smpp::address& destination_addr, store::instant now) const {
  const owners all = senders_of_reply(c, destination_addr);
  if (all.size() < 2) return {};
  std::vector<store::channel_id> channels(all.size());
  for (const users_of_address* found : by_address_.find(destination_addr)) {
    if (found == nullptr) continue;
    for (std::size_t i = 0; i < found->senders.size(); ++i) {
      const auto place = std::ranges::find(all, found->senders[i]) - all.begin();
      channels[static_cast<std::size_t>(place)] = found->channels[i];
    }
  }
  const std::vector<store::channel_id> used = store_->used_lately(who, channels, now);
  owners wrote;
  if (used.empty()) return wrote;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto unseen = unseen_until_.find(channels[i]);
    const bool perhaps = unseen != unseen_until_.end() && now < unseen->second;
    if (perhaps || std::ranges::find(used, channels[i]) != used.end()) wrote.push_back(all[i]);
  }
  return wrote;
}

const sender* policy::sender_journalled_as(const candidates& c, store::text_id name) const {
  const auto it = std::ranges::find(c.senders, name, &sender::journal_name);
  return it == c.senders.end() ? nullptr : *it;
}

bool policy::is_own(const smpp::address& a) const {
  return std::ranges::any_of(by_address_.find(a), [](const users_of_address* found) { return found != nullptr; });
}

std::shared_ptr<const sender> policy::sender_named(const std::string& name) const {
  for (const auto& s : senders_) {
    if (s->name == name) return s;
  }
  return make_sender(name, name);
}

decision policy::decide(const sender& s, const smpp::address& destination, store::instant now) const {
  if (s.kind == policy_kind::exempt) return {verdict::forwarded, reason::none, 0};
  return decide(s, read_number(destination), now);
}

decision policy::decide(const sender& s, const std::optional<store::number>& destination, store::instant now,
                        store::instant due) const {
  if (s.kind == policy_kind::exempt) return {verdict::forwarded, reason::none, 0};
  if (!destination) return apply_mode(s, reason::unreadable_number);
  standing_question q = ask_for(s, now);
  q.asked.now = due;
  return decide(q, *destination);
}

policy::standing_question policy::ask_for(const sender& s, store::instant now) const {
  const auto rule = s.kind == policy_kind::opt_in ? store::consent_rule::opt_in : store::consent_rule::opt_out;
  return {&s,
          s.kind == policy_kind::exempt,
          store_->available(now),
          {s.own_scope, s.group_scope, rule, now, s.consent_life}};
}

decision policy::refuse(const sender& s, const store::finding& found) const {
  return apply_mode(s, reason_of(found.result), found.sequence);
}

decision policy::apply_mode(const sender& s, reason r, std::uint64_t event) const {
  if (r == reason::none) return {verdict::forwarded, r, event};
  const bool observing = s.mode == policy_mode::observe;
  switch (r) {
    case reason::sender_mismatch:
      // Whose mode would count? Nobody is observed under somebody else's name.
      return {verdict::refused, r, event};
    case reason::throttled:  // not about consent
      return {verdict::refused, r, event};
    case reason::opted_out:
    case reason::store_unavailable:  // whether the person opted out is not known then
      return {observing && s.observe_opt_outs ? verdict::observed : verdict::refused, r, event};
    default:
      return {observing ? verdict::observed : verdict::refused, r, event};
  }
}

smpp::command_status policy::status_of(reason r) const {
  const auto it = config_->statuses.find(r);
  if (it != config_->statuses.end()) return it->second;
  return usual_status(r);
}

store::scope policy::stop_scope(const sender& s) const {
  switch (config_->stop_scope) {
    case opt_out_scope::sender:
      return {store::scope_kind::sender, s.name};
    case opt_out_scope::group:
      return {store::scope_kind::group, s.group};
    case opt_out_scope::all:
      return {store::scope_kind::all, ""};
  }
  return {store::scope_kind::all, ""};
}

}  // namespace proxy
