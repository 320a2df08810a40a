#include "proxy/report/dossier.h"

#include <algorithm>

namespace proxy {
namespace {

using store::event_kind;
using store::failure;

constexpr std::size_t blocks_a_step = 8;

std::chrono::year_month month_of(store::instant t) {
  const std::chrono::year_month_day d{std::chrono::floor<std::chrono::days>(t)};
  return d.year() / d.month();
}

}  // namespace

dossier_maker::dossier_maker(const store::consent_store& s, store::number who, group_of_sender group_of,
                             life_of_scope life_of, store::instant now)
    : store_(s), who_(s.kept_as(who)), group_of_(std::move(group_of)), life_of_(std::move(life_of)) {
  made_.made_at = now;
  made_.number = store::to_string(who);
  if (who_ != who) made_.kept_as = store::to_string(who_);
}

std::variant<bool, failure> dossier_maker::step() {
  std::optional<failure> why;
  if (part_ == part::events)
    why = read_events();
  else if (part_ == part::messages)
    why = read_messages();
  else if (part_ == part::chain)
    why = verify();
  if (why) return *why;
  return part_ == part::done;
}

std::optional<failure> dossier_maker::read_events() {
  auto history = store_.history(who_);
  if (auto* why = std::get_if<failure>(&history)) return std::move(*why);
  auto recalled = store_.history(store::number{});
  if (auto* why = std::get_if<failure>(&recalled)) return std::move(*why);
  auto& own = std::get<std::vector<store::event>>(history);
  auto& recalls = std::get<std::vector<store::event>>(recalled);
  const auto effects = effects_of(own, recalls, group_of_, life_of_, made_.made_at);
  const auto came_from = [&](const std::string& source) {
    return std::ranges::any_of(
        own, [&](const store::event& e) { return e.kind == event_kind::opt_in && e.source == source; });
  };
  for (store::event& r : recalls) {
    const bool undoes_one = r.corrects && std::ranges::any_of(made_.recalls, [&](const store::event& known) {
                              return known.id == *r.corrects;
                            });
    if ((r.kind == event_kind::recall && came_from(r.source)) || undoes_one) made_.recalls.push_back(std::move(r));
  }
  for (std::size_t i = 0; i < own.size(); ++i)
    made_.events.push_back({std::move(own[i]), effects[i], 0});
  part_ = part::messages;
  return store_.scan_journal({}, [&](const store::journal_entry& e) {
    made_.journal_begins = e.at;
    return false;
  });
}

std::optional<failure> dossier_maker::read_messages() {
  store::journal_query q;
  q.who = who_;
  const auto place = store_.scan_journal(q, place_, blocks_a_step, [&](const store::journal_entry& e) {
    add(e);
    return true;
  });
  if (const auto* why = std::get_if<failure>(&place)) return *why;
  place_ = std::get<store::journal_place>(place);
  if (!place_.end) return std::nullopt;
  std::ranges::stable_sort(made_.messages, {}, &dossier::message::at);
  part_ = part::chain;
  return std::nullopt;
}

void dossier_maker::add(const store::journal_entry& e) {
  ++made_.message_count;
  auto& month = made_.by_month[month_of(e.at)];
  const bool passed = e.verdict != "refused";
  ++(e.verdict == "forwarded" ? month.forwarded : passed ? month.observed : month.refused);
  for (dossier::event& o : made_.events) {
    if (o.what.kind == event_kind::opt_out && passed && e.at >= o.what.occurred_at && e.at < o.what.recorded_at &&
        covers(o.what.scope, {store::scope_kind::sender, std::string(e.sender)}, group_of_))
      ++o.sent_meanwhile;
  }
  if (made_.messages.size() == most_messages) return;
  made_.messages.push_back({e.at, std::string(e.sender), std::string(e.system_id), std::string(e.verdict),
                            std::string(e.reason), e.event, e.answered, e.command_status, std::string(e.message_id)});
}

std::optional<failure> dossier_maker::verify() {
  auto next = store_.verify(std::move(made_.chain));
  if (auto* why = std::get_if<failure>(&next)) return std::move(*why);
  made_.chain = std::get<store::verification>(std::move(next));
  if (!made_.chain.done) return std::nullopt;
  made_.head = store_.head();
  made_.access = store_.access_head();
  part_ = part::done;
  return std::nullopt;
}

}  // namespace proxy
