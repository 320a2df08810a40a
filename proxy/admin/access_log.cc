#include "proxy/admin/access_log.h"

#include <algorithm>
#include <array>

#include "store/number.h"

namespace proxy {
namespace {

constexpr std::size_t telling_digits = 8;  // in succession: the least a number has

// Nobody's number gets in by being given for something else: a source, a name, a place in the path.
bool may_tell_a_number(std::string_view text) {
  std::size_t digits = 0;
  for (const char c : text) {
    if (c >= '0' && c <= '9') {
      if (++digits == telling_digits) return true;
    } else if (std::string_view(" .-()+/").find(c) == std::string_view::npos) {
      digits = 0;
    }
  }
  return false;
}

bool is_time(const std::string& parameter, const std::string& text) {
  return (parameter == "from" || parameter == "to" || parameter == "at") && store::read_time(time_from_query(text));
}

void add(std::string& filter, const std::string& name, const std::string& value) {
  if (!filter.empty()) filter += '&';
  filter += name + '=';
  if (!is_time(name, value) && may_tell_a_number(value)) {
    filter += "...";
    return;
  }
  for (const char c : value)
    filter += c == '&' ? "%26" : c == '%' ? "%25" : std::string(1, c);
}

// A client may write any word there.
std::string method_of(const request& r) {
  constexpr std::array<std::string_view, 7> known{"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"};
  return std::ranges::find(known, r.method) == known.end() ? "other" : r.method;
}

// "numbers" of "/v1/numbers/{}/events": what the segment in the first {} is one of.
std::string_view collection_of(std::string_view route) {
  route = route.substr(0, route.find("/{}"));
  return route.substr(route.rfind('/') + 1);
}

}  // namespace

store::access_use use_of(const request& r, std::string_view route, const store::numbering_plan& plan) {
  store::access_use u{r.actor, method_of(r), std::string(route), {}, {}, 0};
  const auto asked_about = [&](const std::string& text) {
    u.about = store::read_number(text, store::number_kind::unknown, plan);
  };
  if (!r.captured.empty()) {
    const std::string of(collection_of(route));
    of == "numbers" ? asked_about(r.captured.front()) : add(u.filter, of, r.captured.front());
  }
  // The names are the resources' own, which refuse any other.
  constexpr std::array<std::string_view, 13> told{"at",   "dry_run", "from",    "limit",  "message_id",
                                                  "name", "seconds", "sender",  "source", "system_id",
                                                  "to",   "token",   "unmasked"};
  for (const auto& [name, value] : r.target.query) {
    if (name == "number") asked_about(number_from_query(value));
    if (std::ranges::find(told, name) != told.end()) add(u.filter, name, value);
  }
  return u;
}

void access_log::record(const request& r, std::string_view route, unsigned status,
                        std::function<void(std::optional<store::failure>)> done) const {
  const auto l = load(services_);
  if (!l) return done(store::failure{"the store is being loaded"});
  store::access_use u = use_of(r, route, l->policy->settings().numbers);
  u.status = status;
  l->store->record_access(std::move(u), std::move(done));
}

}  // namespace proxy
