#include "proxy/admin/services.h"

#include <algorithm>

#include "proxy/admin/problem.h"

namespace proxy {

std::optional<loaded> load(const services& s) {
  loaded l{s.store.load(), s.current_policy ? s.current_policy() : nullptr};
  if (l.store == nullptr || l.policy == nullptr) return std::nullopt;
  return l;
}

answer not_loaded(const services& s) {
  const std::string why = s.not_ready ? s.not_ready() : std::string();
  return unavailable(why.empty() ? "the store is being loaded" : why);
}

std::optional<answer> unknown_parameter(const request& r, std::initializer_list<std::string_view> known) {
  for (const auto& [name, value] : r.target.query) {
    if (std::ranges::find(known, name) != known.end()) continue;
    std::string list;
    for (const auto k : known)
      list += (list.empty() ? "" : ", ") + std::string(k);
    return problem(400, "there is no parameter " + name + " here" + (list.empty() ? "" : "; there are " + list));
  }
  return std::nullopt;
}

}  // namespace proxy
