// How scopes lie to one another, by the groups that senders have today.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "store/event.h"

namespace proxy {

// The group of a sender by its name.
using group_of_sender = std::function<std::string(const std::string& sender)>;

inline bool covers(const store::scope& wide, const store::scope& narrow, const group_of_sender& group_of) {
  if (wide.kind == store::scope_kind::all || wide == narrow) return true;
  return wide.kind == store::scope_kind::group && narrow.kind == store::scope_kind::sender &&
         group_of(narrow.name) == wide.name;
}

// What both cover; nothing when they have nothing in common.
inline std::optional<store::scope> common_part(const store::scope& a, const store::scope& b,
                                               const group_of_sender& group_of) {
  if (covers(a, b, group_of)) return b;
  if (covers(b, a, group_of)) return a;
  return std::nullopt;
}

}  // namespace proxy
