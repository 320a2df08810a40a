// Telephone numbers in what is no number: names, reasons and rows that people write.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace store {

// Whether some digits of the text read like a telephone number, of whomever: eight with a + in front, nine of which the
// first is a 0, or ten, or as many as are said, whatever of " .()-" stands between them, and of these with a + or a 0
// in front also of "/". Dates, times behind them and UUIDs do not.
bool names_a_number(std::string_view text, std::size_t of_others = 10);

// Each digit as *, of the whole text.
std::string without_digits(std::string_view text);
// The same where there are eight digits or more, whatever stands between them; fewer tell nobody.
std::string without_telling_digits(std::string_view text);
// The same of what could be dialled: nine digits in succession or more, or eight with a + in front. Dates stay.
std::string without_numbers(std::string_view text);

}  // namespace store
