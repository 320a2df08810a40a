// What the configuration knows of the names in events.
#pragma once

#include <string>

#include "proxy/config/config.h"
#include "store/event.h"

namespace proxy {

// The group of a sender; a sender that is not configured is in a group of its own name.
std::string group_of(const config& c, const std::string& sender);

// How long an opt-in for that scope lives: as the sender has it, as the policy has it for wider scopes. 0: no end.
std::chrono::months consent_life_of(const config& c, const store::scope& s);

// Why an event's scope may be a slip of the pen: it names a sender or group that is not (yet) configured. Empty when
// all is well.
std::string scope_warning(const config& c, const store::scope& s);
bool is_configured(const config& c, const store::scope& s);

}  // namespace proxy
