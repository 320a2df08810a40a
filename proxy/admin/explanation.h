// A decision in one sentence for people.
#pragma once

#include <optional>
#include <string>

#include "proxy/policy/policy.h"
#include "store/event.h"

namespace proxy {

// `basis` is the event the decision rests on, when there is one and it is on disk.
std::string explain(const sender& s, const decision& d, const std::optional<store::event>& basis,
                    const std::string& store_condition);

}  // namespace proxy
