// Corrections: at once, or (`corrections: two_person`) proposed by one person and approved by another.
#include <boost/json/array.hpp>

#include "proxy/admin/json_body.h"
#include "proxy/admin/ledger_requests.h"
#include "proxy/admin/problem.h"
#include "proxy/admin/proof_views.h"
#include "proxy/admin/resources.h"
#include "proxy/admin/views.h"

namespace proxy {
namespace {

using store::proposed_correction;

void correct(const loaded& l, store::event e, const reply& send) {
  record(l, std::move(e), send, [policy = l.policy](const store::event& done, const store::recorded& place) {
    if (place.already_known) return problem(409, "that event is corrected already");
    return json_answer(recorded_view(done, place, policy->settings()), 201);
  });
}

answer proposed(const std::optional<proposed_correction>& stands, const std::string& actor) {
  if (!stands) return problem(409, "that event is corrected already");
  if (stands->actor == actor) return json_answer(proposal_view(*stands), 202);
  return problem(409, stands->actor + " has proposed this correction already, because: " + stands->reason +
                          "; approve it, or let it lapse at " + store::to_string(stands->until()));
}

void propose(const loaded& l, const store::event& target, const store::event& correction, const reply& send) {
  l.store->propose({target.id, target.sequence, correction.actor, correction.reason, {}},
                   [send, actor = correction.actor](const auto& result) {
                     send([result, actor] {
                       if (const auto* why = std::get_if<store::failure>(&result)) return not_stored(*why);
                       return proposed(std::get<std::optional<proposed_correction>>(result), actor);
                     });
                   });
}

// The proposal that waits for somebody other than `actor`.
act<proposed_correction> proposal_for(const store::consent_store& s, const store::event& target,
                                      const std::string& actor) {
  const auto all = s.proposed_corrections(store::now());
  if (const auto* why = std::get_if<store::failure>(&all))
    return refused_act{503, "the store cannot be read: " + why->message};
  for (const proposed_correction& p : std::get<std::vector<proposed_correction>>(all)) {
    if (p.target != target.id) continue;
    if (p.actor != actor) return p;
    return refused_act{403, "a second person must approve: " + actor + " has proposed this correction"};
  }
  return refused_act{
      404, "no correction of event " + std::to_string(target.sequence) + " waits for approval: propose it first"};
}

// Who proposed it is its actor and when is its time; who approved it is named beside, and when is when it is recorded.
act<store::event> approved(const store::consent_store& s, const store::event& target, const std::string& actor) {
  const auto found = proposal_for(s, target, actor);
  if (const auto* why = std::get_if<refused_act>(&found)) return *why;
  const auto& p = std::get<proposed_correction>(found);
  auto made = correction_of(target, p.reason, p.actor, p.proposed_at);
  if (auto* e = std::get_if<store::event>(&made)) e->approved_by = actor;
  return made;
}

void handle(const loaded& l, const request& r, const boost::json::object& members, const reply& send) {
  const auto named = event_named(*l.store, r.captured.front());
  if (const auto* why = std::get_if<refused_act>(&named)) return send_now(send, refusal(*why));
  const auto& target = std::get<store::event>(named);
  const bool approving = flag_member(members, "approve");
  auto made = approving ? approved(*l.store, target, r.actor)
                        : correction_of(target, text_member(members, "reason"), r.actor, store::now());
  if (const auto* why = std::get_if<refused_act>(&made)) return send_now(send, refusal(*why));
  auto& e = std::get<store::event>(made);
  if (!approving && l.policy->settings().two_person_corrections) return propose(l, target, e, send);
  correct(l, std::move(e), send);
}

answer waiting(const services& s, const request& r) {
  if (auto wrong = unknown_parameter(r, {})) return *wrong;
  const auto l = load(s);
  if (!l) return not_loaded(s);
  const auto all = l->store->proposed_corrections(store::now());
  if (const auto* why = std::get_if<store::failure>(&all)) return unavailable(why->message);
  boost::json::array proposals;
  for (const proposed_correction& p : std::get<std::vector<proposed_correction>>(all))
    proposals.push_back(proposal_view(p));
  return json_answer(std::move(proposals));
}

}  // namespace

void add_correction_resources(router& to, const services& s) {
  to.add({.method = "POST",
          .pattern = "/v1/events/{}/correction",
          .body = body_kind::json,
          .handle = with_members(s, {"reason", "approve"}, handle),
          .before_body = {}});
  to.add({.method = "GET",
          .pattern = "/v1/corrections",
          .needs = role::viewer,
          .handle = at_once([&s](const request& r) { return waiting(s, r); }),
          .before_body = {}});
}

}  // namespace proxy
