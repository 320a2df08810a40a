// Why a submission is refused, in the order in which the reasons are given, and what became of it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "smpp/pdu.h"

namespace proxy {

enum class reason : std::uint8_t {
  none,  // consented, or needs no consent
  sender_mismatch,
  unreadable_number,
  unverifiable_destination,
  store_unavailable,
  opted_out,
  source_recalled,
  consent_expired,
  no_consent,
  quiet_hours,
  frequency_cap,
  missing_opt_out_mention,
  throttled,
};
inline constexpr std::size_t reason_count = 13;

enum class verdict : std::uint8_t {
  forwarded,
  refused,
  observed
};  // observed: would have been refused, observe mode let it pass
inline constexpr std::size_t verdict_count = 3;

constexpr std::string_view name(reason r) {
  constexpr std::array<std::string_view, reason_count> names{"none",
                                                             "sender_mismatch",
                                                             "unreadable_number",
                                                             "unverifiable_destination",
                                                             "store_unavailable",
                                                             "opted_out",
                                                             "source_recalled",
                                                             "consent_expired",
                                                             "no_consent",
                                                             "quiet_hours",
                                                             "frequency_cap",
                                                             "missing_opt_out_mention",
                                                             "throttled"};
  return names[static_cast<std::size_t>(r)];
}

constexpr std::string_view name(verdict v) {
  constexpr std::array<std::string_view, verdict_count> names{"forwarded", "refused", "observed"};
  return names[static_cast<std::size_t>(v)];
}

// The sender may try again later: answered with a command_status that makes it do so.
constexpr bool retryable(reason r) {
  return r == reason::store_unavailable || r == reason::throttled;
}

}  // namespace proxy
