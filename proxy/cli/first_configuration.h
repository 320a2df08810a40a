// The configuration that `init` writes: deploy/consentgate.yaml with the four things that nobody can guess.
#pragma once

#include <string>
#include <string_view>

namespace proxy {

struct first_answers {
  std::string listen = "0.0.0.0:2775";
  std::string upstream = "smsc.example:2775";
  std::string store = "/var/lib/consentgate";
  std::string country_code;  // empty: national numbers are unreadable
};

std::string_view shipped_configuration();

// Answers are quoted, not checked: load_config does that.
std::string first_configuration(const first_answers& a);

// How a country dials: what stands before a national number, and before an international one. "0" and "00" for a
// country that is not known here, as in most.
struct dialling {
  std::string_view trunk_prefix = "0";
  std::string_view international_prefix = "00";
};
dialling dialling_in(std::string_view country_code);

}  // namespace proxy
