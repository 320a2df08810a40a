// A store in a folder of the test's own, and events to put into it.
#pragma once

#include <filesystem>
#include <future>
#include <memory>
#include <stdexcept>

#include "store/consent_store.h"

namespace testing {

inline constexpr std::uint64_t alice = 33612345678;

inline std::unique_ptr<store::consent_store> opened(const std::filesystem::path& path, bool hashed = false) {
  auto result = store::consent_store::open({path, nullptr, hashed});
  if (const auto* why = std::get_if<store::failure>(&result)) throw std::runtime_error(why->message);
  return std::move(std::get<0>(result));
}

inline store::event make(std::uint64_t digits, store::event_kind kind,
                         store::consent_method method = store::consent_method::web_form,
                         store::scope s = {store::scope_kind::sender, "shop"}) {
  store::event e;
  e.actor = "test";
  e.who = {digits};
  e.kind = kind;
  e.method = method;
  e.scope = std::move(s);
  e.source = "form";
  e.evidence = "file:1";
  e.occurred_at = store::instant{std::chrono::sys_days{std::chrono::year{2026} / 1 / 2}};
  return e;
}

inline std::vector<store::recorded> done(store::outcome o) {
  if (const auto* why = std::get_if<store::failure>(&o)) throw std::runtime_error(why->message);
  return std::get<0>(std::move(o));
}

inline store::recorded record_one(store::consent_store& s, store::event e) {
  return done(s.record_and_wait({std::move(e)})).front();
}

// As rows of one import; their identities are digests of nothing in particular. What became of each, in their order.
inline std::vector<store::import_row> record_rows(store::consent_store& s, const std::vector<store::event>& rows) {
  const auto batch = std::make_shared<store::import_batch>();
  for (const store::event& e : rows)
    s.make_ready(e, *batch);
  std::promise<std::optional<store::failure>> promise;
  s.record(slice(batch, 0), [&](std::optional<store::failure> why) { promise.set_value(std::move(why)); });
  if (const auto why = promise.get_future().get()) throw std::runtime_error(why->message);
  return batch->rows();
}

inline store::standing judged(store::consent_store& s, std::uint64_t digits) {
  const store::question q{s.intern({store::scope_kind::sender, "shop"}), s.intern({store::scope_kind::group, "retail"}),
                          store::consent_rule::opt_in, store::now()};
  return s.judge({digits}, q).result;
}

inline store::verification verified(const store::consent_store& s) {
  store::verification v;
  while (!v.done)
    v = std::get<store::verification>(s.verify(v));
  return v;
}

inline store::erased erase(store::consent_store& s, std::uint64_t digits, const std::string& reason = "asked") {
  store::event by;
  by.actor = "officer";
  by.reason = reason;
  std::promise<std::variant<store::erased, store::failure>> promise;
  s.erase({digits}, by, [&](auto result) { promise.set_value(std::move(result)); });
  auto result = promise.get_future().get();
  if (const auto* why = std::get_if<store::failure>(&result)) throw std::runtime_error(why->message);
  return std::get<store::erased>(result);
}

}  // namespace testing
