// Reports and dossiers: made piece by piece, each time that nothing else is to be sent.
#include <boost/json/serialize.hpp>

#include "proxy/admin/acts.h"
#include "proxy/admin/problem.h"
#include "proxy/admin/reports.h"
#include "proxy/admin/resources.h"
#include "proxy/observe/log.h"
#include "proxy/report/report_json.h"
#include "proxy/report/texts.h"

namespace proxy {
namespace {

constexpr std::size_t piece_octets = 64UL * 1024UL;

// What `made` gives once the maker is done, in pieces. The policy holds the configuration that the maker asks.
template <typename Maker, typename Made>
body_stream stream_of(std::shared_ptr<const policy> held, Maker maker, Made made) {
  struct state {
    std::shared_ptr<const policy> held;
    Maker maker;
    Made made;
    std::optional<std::string> octets;
    std::size_t sent = 0;
  };
  // Shared, since a function object must be copyable.
  return [s = std::make_shared<state>(state{std::move(held), std::move(maker), std::move(made), std::nullopt,
                                            0})]() -> std::optional<body_piece> {
    if (!s->octets) {
      const auto done = s->maker.step();
      if (const auto* why = std::get_if<store::failure>(&done)) {
        log(log_level::error, "an answer was cut short: the store cannot be read", {{"reason", why->message}});
        return std::nullopt;
      }
      if (std::get<bool>(done)) s->octets = s->made(s->maker);
      return body_piece{};
    }
    body_piece piece{s->octets->substr(s->sent, piece_octets), false};
    s->sent += piece.octets.size();
    piece.last = s->sent == s->octets->size();
    return piece;
  };
}

// Sends the answer once what has been decided until now is in the journal.
void send_after_flush(const services& s, const reply& send, answer a) {
  s.flush_journal([send, a = std::move(a)] { send([a] { return a; }); });
}

void get_report(const services& s, const request& r, const reply& send) {
  const auto now_answer = [&](answer a) { send([a = std::move(a)]() mutable { return std::move(a); }); };
  if (auto wrong = unknown_parameter(r, {"from", "to", "sender", "source"})) return now_answer(*wrong);
  const auto l = load(s);
  if (!l) return now_answer(not_loaded(s));
  report_order order;
  const auto read = [&](const char* name, std::optional<std::string>& into) {
    if (const auto* text = r.parameter(name)) into = *text;
  };
  read("from", order.from);
  read("to", order.to);
  read("sender", order.sender);
  read("source", order.source);
  if (order.from) order.from = time_from_query(*order.from);
  if (order.to) order.to = time_from_query(*order.to);
  auto query = read_report_query(order, l->policy->settings());
  if (const auto* wrong = std::get_if<std::string>(&query)) return now_answer(problem(400, *wrong));
  answer a;
  a.content_type = "application/json";
  a.rest = stream_of(l->policy, make_report(*l->store, l->policy->settings(), std::get<report_query>(std::move(query))),
                     [](const report_maker& m) { return boost::json::serialize(to_json(m.figures())) + "\n"; });
  send_after_flush(s, send, std::move(a));
}

void get_dossier(const services& s, const store::signing_key& key, const request& r, const reply& send) {
  const auto now_answer = [&](answer a) { send([a = std::move(a)]() mutable { return std::move(a); }); };
  if (auto wrong = unknown_parameter(r, {"lang"})) return now_answer(*wrong);
  const auto l = load(s);
  if (!l) return now_answer(not_loaded(s));
  const auto who = number_named(r.captured.front(), l->policy->settings().numbers);
  if (const auto* why = std::get_if<refused_act>(&who)) return now_answer(problem(why->status, why->message));
  const auto* given = r.parameter("lang");
  const std::string language = given == nullptr ? "en" : *given;
  if (!texts::in(language)) {
    return now_answer(
        problem(400, "the parameter lang is one of " + std::string(dossier_languages) + ", not \"" + language + "\""));
  }
  answer a;
  a.content_type = "text/html; charset=utf-8";
  a.headers = {{"Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox"},
               {"X-Content-Type-Options", "nosniff"},
               {"Cache-Control", "no-store"}};
  a.rest = stream_of(l->policy, make_dossier(*l->store, l->policy->settings(), std::get<store::number>(who)),
                     [&key, language](dossier_maker& m) { return dossier_page(m, key, language); });
  send_after_flush(s, send, std::move(a));
}

}  // namespace

void add_report_resources(router& to, const services& s, const store::signing_key& key) {
  to.add({.method = "GET",
          .pattern = "/v1/report",
          .needs = role::viewer,
          .handle = [&s](const request& r, const reply& send) { get_report(s, r, send); },
          .before_body = {}});
  to.add({.method = "GET",
          .pattern = "/v1/numbers/{}/dossier",
          .needs = role::viewer,
          .handle = [&s, &key](const request& r, const reply& send) { get_dossier(s, key, r, send); },
          .before_body = {}});
}

}  // namespace proxy
