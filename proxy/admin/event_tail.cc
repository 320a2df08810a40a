#include "proxy/admin/event_tail.h"

#include <boost/json/serialize.hpp>

#include "proxy/admin/event_json.h"
#include "proxy/observe/log.h"

namespace proxy {
namespace {

// What one piece costs at most, so that other requests get their turn and memory stays bounded.
constexpr std::size_t piece_octets = 64UL * 1024UL;
constexpr std::size_t piece_events = 4096;

class tail {
 public:
  tail(const store::consent_store& s, tail_query q) : store_(&s), query_(std::move(q)) {}

  std::optional<body_piece> next() {
    piece_ = {};
    visited_ = 0;
    const auto failed = query_.number ? visit_number() : visit_ledger();
    if (failed) {
      log(log_level::error, "an answer was cut short: the store cannot be read", {{"reason", failed->message}});
      return std::nullopt;
    }
    return std::move(piece_);
  }

 private:
  std::optional<store::failure> visit_ledger() {
    bool full = false;
    const auto failed = store_->scan(query_.after, [&](const store::event& e) {
      const bool more = take(e);
      full = more && (visited_ >= piece_events || piece_.octets.size() >= piece_octets);
      return more && !full;
    });
    piece_.last = !full;
    return failed;
  }

  // A number's history is short and has its own place in the store: no need to walk the ledger.
  std::optional<store::failure> visit_number() {
    const auto history = store_->history(*query_.number);
    if (const auto* why = std::get_if<store::failure>(&history)) return *why;
    for (const auto& e : std::get<std::vector<store::event>>(history)) {
      if (e.sequence > query_.after && !take(e)) break;
    }
    piece_.last = true;
    return std::nullopt;
  }

  // Whether another line may follow.
  bool take(const store::event& e) {
    ++visited_;
    query_.after = e.sequence;
    if (!wanted(e)) return true;
    piece_.octets += boost::json::serialize(to_json(e));
    piece_.octets += '\n';
    return --query_.limit > 0;
  }

  bool wanted(const store::event& e) const {
    return (!query_.source || e.source == *query_.source) && (!query_.from || e.recorded_at >= *query_.from) &&
           (!query_.to || e.recorded_at <= *query_.to);
  }

  const store::consent_store* store_;
  tail_query query_;
  body_piece piece_;
  std::size_t visited_ = 0;
};

}  // namespace

body_stream event_tail(const store::consent_store& from, tail_query q) {
  return [t = tail(from, std::move(q))]() mutable { return t.next(); };
}

}  // namespace proxy
