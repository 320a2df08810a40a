// Texts that were decoded by the wrong rules on their way, and what they must have been.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace proxy {

// UTF-8 that was read as Windows-1252, Latin-1 or Windows-1251 (ArrÃªt, СЃС‚РѕРї), read again; a character of which an
// octet is gone becomes U+FFFD. Text without such sequences is returned as it is.
std::u32string without_mojibake(std::u32string text);

// Whether it has characters that no text has: what it may have been otherwise comes first.
bool is_no_text(std::u32string_view text);

// Other texts that these characters may have been, for a text that means nothing as it stands: UCS-2 of the other byte
// order (匀吀伀倀), packed septets of GSM 7-bit that were read as octets, a stop sign without a word.
std::vector<std::u32string> other_readings(std::u32string_view text);

}  // namespace proxy
