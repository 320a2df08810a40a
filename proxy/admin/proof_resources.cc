// Recalls, reassignments and erasures; the ledger's head, its verification and its copies; keys.
#include <boost/json/serialize.hpp>

#include "proxy/admin/json_body.h"
#include "proxy/admin/ledger_requests.h"
#include "proxy/admin/problem.h"
#include "proxy/admin/proof_views.h"
#include "proxy/admin/resources.h"
#include "proxy/admin/views.h"

namespace proxy {
namespace {

void recall(const loaded& l, const request& r, const boost::json::object& members, const reply& send) {
  auto made = recall_of(*l.store, r.captured.front(), text_member(members, "reason"), r.actor, store::now());
  if (const auto* why = std::get_if<refused_act>(&made)) return send_now(send, refusal(*why));
  auto& e = std::get<store::event>(made);
  const std::uint64_t voided = l.store->opt_ins_of(e.source, e.occurred_at);
  record(l, std::move(e), send,
         [voided, policy = l.policy](const store::event& recalled, const store::recorded& place) {
           return json_answer(recall_view(recalled, place, voided, policy->settings()), 201);
         });
}

void reassign(const loaded& l, const request& r, const boost::json::object& members, const reply& send) {
  auto made = reassignment_of({r.captured.front(), text_member(members, "occurred_at"), text_member(members, "source"),
                               text_member(members, "reason")},
                              l.policy->settings().numbers, r.actor, store::now());
  if (const auto* why = std::get_if<refused_act>(&made)) return send_now(send, refusal(*why));
  record(l, std::get<store::event>(std::move(made)), send,
         [policy = l.policy](const store::event& e, const store::recorded& place) {
           return json_answer(recorded_view(e, place, policy->settings()), 201);
         });
}

void erase(const proof_tools& tools, const loaded& l, const request& r, const boost::json::object& members,
           const reply& send) {
  auto made = erasure_of(r.captured.front(), text_member(members, "reason"), l.policy->settings().numbers, r.actor);
  if (const auto* why = std::get_if<refused_act>(&made)) return send_now(send, refusal(*why));
  auto& [who, by] = std::get<erasure>(made);
  const bool now = flag_member(members, "now");
  l.store->erase(who, by, [=, who = who, store = l.store](const std::variant<store::erased, store::failure>& result) {
    if (const auto* why = std::get_if<store::failure>(&result)) return send_now(send, not_stored(*why));
    const auto& done = std::get<store::erased>(result);
    if (const auto why = tools.imports.forget(who)) return send_now(send, unavailable(why->message));
    if (!now) return send_now(send, json_answer(erasure_view(done, store->owes_purge())));
    tools.long_ones.add([=] {
      const auto why = store->purge();
      send_now(send,
               why ? unavailable("the person is erased, and what is left in the files is not gone yet: " + why->message)
                   : json_answer(erasure_view(done, store->owes_purge())));
    });
  });
}

answer head(const services& s, const store::signing_key& key, const request& r) {
  if (auto wrong = unknown_parameter(r, {})) return *wrong;
  const auto l = load(s);
  if (!l) return not_loaded(s);
  return json_answer(head_view(l->store->head(), l->store->access_head(), key, store::now()));
}

// Verifies a piece of the chains each time that nothing else is to be sent; the answer is whole at the end.
answer verification(const services& s, const request& r) {
  if (auto wrong = unknown_parameter(r, {"deposited"})) return *wrong;
  const auto l = load(s);
  if (!l) return not_loaded(s);
  const auto begun = begin_verification(r.parameter("deposited"));
  if (const auto* why = std::get_if<refused_act>(&begun)) return refusal(*why);
  answer a;
  a.content_type = "application/json";
  a.rest = [store = l->store, so_far = std::get<verifications>(begun).ledger,
            access = std::get<verifications>(begun).access]() mutable -> std::optional<body_piece> {
    if (!so_far.done) {
      auto next = store->verify(so_far);
      if (std::holds_alternative<store::failure>(next)) return std::nullopt;
      so_far = std::move(std::get<store::verification>(next));
      return body_piece{};
    }
    auto next = store->verify_access(access);
    if (std::holds_alternative<store::failure>(next)) return std::nullopt;
    access = std::move(std::get<store::access_verification>(next));
    if (!access.done) return body_piece{};
    return body_piece{boost::json::serialize(verification_view(so_far, access)), true};
  };
  return a;
}

void back_up(errands& long_ones, const loaded& l, const boost::json::object& members, const reply& send) {
  const std::filesystem::path folder = text_member(members, "folder");
  if (!folder.is_absolute())
    return send_now(
        send, problem(400, "the member folder must be an absolute path on the gate's machine, of a folder to be made"));
  long_ones.add([store = l.store, folder, send] {
    const auto why = store->backup(folder);
    send_now(send, why ? problem(409, why->message)
                       : json_answer(boost::json::object{{"folder", folder.string()},
                                                         {"ledger_events", store->stats().ledger_events}},
                                     201));
  });
}

void rotate(const loaded& l, const reply& send) {
  const auto why = l.store->rotate_keys();
  send_now(send, why ? unavailable(why->message) : json_answer(boost::json::object{{"rotated", true}}, 201));
}

}  // namespace

void add_proof_resources(router& to, const services& s, const proof_tools& tools) {
  const auto post = [&](std::string_view pattern, std::initializer_list<std::string_view> members, use_members use) {
    to.add({.method = "POST",
            .pattern = pattern,
            .body = body_kind::json,
            .handle = with_members(s, members, std::move(use)),
            .before_body = {}});
  };
  post("/v1/sources/{}/recall", {"reason"}, recall);
  post("/v1/numbers/{}/reassigned", {"occurred_at", "source", "reason"}, reassign);
  post("/v1/backups", {"folder"},
       [&long_ones = tools.long_ones](const loaded& l, const request&, const boost::json::object& members,
                                      const reply& send) { back_up(long_ones, l, members, send); });
  post("/v1/keys", {},
       [](const loaded& l, const request&, const boost::json::object&, const reply& send) { rotate(l, send); });
  to.add({.method = "DELETE",
          .pattern = "/v1/numbers/{}",
          .handle = with_members(s, {"reason", "now"},
                                 [tools](const loaded& l, const request& r, const boost::json::object& members,
                                         const reply& send) { erase(tools, l, r, members, send); }),
          .before_body = {}});
  const auto get = [&](std::string_view pattern, std::function<answer(const request&)> f) {
    to.add({.method = "GET",
            .pattern = pattern,
            .needs = role::viewer,
            .handle = at_once(std::move(f)),
            .before_body = {}});
  };
  get("/v1/ledger/head", [&s, &key = tools.signing_key](const request& r) { return head(s, key, r); });
  get("/v1/ledger/verification", [&s](const request& r) { return verification(s, r); });
}

}  // namespace proxy
