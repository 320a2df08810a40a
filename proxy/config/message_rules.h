// What a sender's messages must keep to beyond consent: hours, a way out, a frequency.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "proxy/rules/calendar.h"
#include "proxy/rules/frequency.h"

namespace proxy {

enum class rule_mode { off, observe, enforce };

struct message_rules {
  rule_mode quiet_hours = rule_mode::off;
  std::vector<std::shared_ptr<const calendar>> calendars;  // unless quiet_hours are off
  rule_mode opt_out_mention = rule_mode::off;
  rule_mode frequency_cap = rule_mode::off;
  proxy::frequency_cap cap;

  bool operator==(const message_rules&) const = default;
  bool any() const {
    return quiet_hours != rule_mode::off || opt_out_mention != rule_mode::off || frequency_cap != rule_mode::off;
  }
};

}  // namespace proxy
