#include "proxy/session/cancellations.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <tuple>
#include <utility>

#include "proxy/observe/log.h"

namespace proxy {

using fate = gate_answer::fate;
using std::chrono::seconds;

namespace {

constexpr std::size_t most_asked = 50000;  // the outbox has room for other things, too
constexpr std::size_t most_at_once = 10000;
constexpr auto never = std::chrono::steady_clock::time_point::max();
constexpr std::chrono::minutes grace{5};  // the SMSC's clock may be behind
constexpr seconds first_pause{1}, longest_pause{300};

// The SMSC, or the way to it, and not the message: it is worth asking again. To cancel twice does no harm.
bool passes(const gate_answer& a) {
  using enum smpp::command_status;
  if (a.what == fate::unanswered || a.what == fate::dropped) return true;
  return a.what == fate::refused && (a.command_status == ESME_RSYSERR || a.command_status == ESME_RMSGQFUL ||
                                     a.command_status == ESME_RTHROTTLED || a.command_status == ESME_RINVBNDSTS);
}

}  // namespace

void cancellations::look(store::consent_store& store, const policy& p, moment now) {
  settle(store, now);
  store::scheduled_messages& held = store.scheduled_ones();
  held.expire(now.wall - grace);
  if (!p.cancels_scheduled()) {
    on_ = false;
    return;
  }
  // What happened before the start, or while this was off.
  if (!std::exchange(on_, true)) held.look_at_all();
  if (held.size() == 0) return;
  if (!store.available(now.wall)) return;  // nobody knows who has opted out
  std::vector<store::scheduled> to_look_at;
  for (const auto& [id, a] : asked_) {
    if (a.next <= now.steady) to_look_at.push_back(a.what);
  }
  const std::size_t room = most_asked - std::min(asked_.size(), most_asked);
  std::ranges::move(held.take_to_look_at(std::min(room, most_at_once)), std::back_inserter(to_look_at));
  for (const store::scheduled& s : to_look_at)
    consider(store, p, s, now);
}

void cancellations::consider(store::consent_store& store, const policy& p, const store::scheduled& s, moment now) {
  const auto known = asked_.find(s.id);
  if (known != asked_.end() && known->second.next > now.steady) return;
  const auto m = unpack(s);
  if (!m) return store.scheduled_ones().remove(s.id);
  const decision d = p.decide(*p.sender_named(m->sender), s.who, now.wall);
  if (d.verdict != verdict::refused || d.reason != reason::opted_out) {
    if (known != asked_.end()) asked_.erase(known);
    return;
  }
  asking& a = known != asked_.end() ? known->second : asked_.emplace(s.id, asking{s, 0, never}).first->second;
  a.next = never;
  ask(s.id, *m, now.steady + (s.due - now.wall));
}

void cancellations::ask(std::uint64_t id, const scheduled_message& m, std::chrono::steady_clock::time_point until) {
  const smpp::buffer pdu = cancel(m);
  const auto done = [this, id](const gate_answer& answer) {
    const std::lock_guard lock(mutex_);
    answers_.push_back({id, answer});
  };
  if (pdu.empty()) return done({fate::dropped, {}, {}});  // erased since, and one of several destinations
  gate_request r;
  r.kind = "cancellation";
  r.system_ids = {m.system_id};
  r.until = until;
  r.pdu = [pdu](smpp::default_alphabet) { return pdu; };
  r.done = done;
  outbox_->post(std::move(r));
}

// A line for each sender and outcome, not for each message.
void cancellations::settle(store::consent_store& store, moment now) {
  std::vector<answered> answers;
  {
    const std::lock_guard lock(mutex_);
    answers = std::exchange(answers_, {});
  }
  std::map<std::tuple<std::string, fate, smpp::command_status>, result> results;
  for (const auto& [id, answer] : answers) {
    const auto found = asked_.find(id);
    if (found == asked_.end()) continue;
    asking& a = found->second;
    if (passes(answer) && a.what.due > now.wall) {
      a.next = now.steady + std::min(longest_pause, first_pause * (1U << std::min(a.attempts++, 10U)));
      continue;
    }
    const scheduled_message m = unpack(a.what).value_or(scheduled_message{});
    result& r = results[{m.sender, answer.what, answer.command_status}];
    if (r.messages++ == 0) r.message_id = m.message_id;
    store.scheduled_ones().remove(id);
    asked_.erase(found);
  }
  for (const auto& [what, r] : results) {
    const auto& [sender, outcome, status] = what;
    const bool done = outcome == fate::accepted;
    log(done ? log_level::info : log_level::warning,
        done ? "scheduled messages cancelled: their recipients have opted out"
             : "scheduled messages not cancelled although their recipients have opted out",
        {{"sender", sender},
         {"outcome", name(outcome)},
         {"command_status", static_cast<std::uint32_t>(status)},
         {"messages", r.messages},
         {"first_message_id", r.message_id}});
  }
}

}  // namespace proxy
