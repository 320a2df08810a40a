// The request target (RFC 9112, section 3.2.1): path segments and query, percent-decoded.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace proxy {

enum class plus_sign { literal, space };

// Nothing when a % is not followed by two hexadecimal digits, or stands for the octet 0, and when the result is not
// UTF-8: it is shown again in JSON.
std::optional<std::string> percent_decode(std::string_view text, plus_sign plus);

struct request_target {
  std::vector<std::string> segments;         // "/v1/numbers/%2B336": {"v1", "numbers", "+336"}; "/" has none
  std::map<std::string, std::string> query;  // a + is a space here, as HTML forms and most clients write it
};

// Or what is wrong with it. A parameter given twice is refused: which of the two was meant cannot be known.
std::variant<request_target, std::string> read_target(std::string_view target);

// In a query a + that was not written as %2B arrives as a space: put back where only a + makes sense.
std::string number_from_query(std::string text);  // in front
std::string time_from_query(std::string text);    // before an offset of the form HH:MM

}  // namespace proxy
