#include "smpp/gsm7.h"

#include "smpp/utf8.h"

namespace smpp {
namespace {

constexpr std::uint8_t escape = 0x1B;

// The default alphabet by septet. The escape itself shows as a space, as the specification asks.
constexpr std::u16string_view basic =
    u"@£$¥èéùìòÇ\nØø\rÅå"
    u"Δ_ΦΓΛΩΠΨΣΘΞ ÆæßÉ"
    u" !\"#¤%&'()*+,-./"
    u"0123456789:;<=>?"
    u"¡ABCDEFGHIJKLMNO"
    u"PQRSTUVWXYZÄÖÑÜ§"
    u"¿abcdefghijklmno"
    u"pqrstuvwxyzäöñüà";
static_assert(basic.size() == 128);

// 6.2.1.1: where the extension table has nothing, the character of the default alphabet stands.
char32_t extension(std::uint8_t septet) {
  switch (septet) {
    case 0x0A:
      return U'\f';
    case 0x14:
      return U'^';
    case 0x28:
      return U'{';
    case 0x29:
      return U'}';
    case 0x2F:
      return U'\\';
    case 0x3C:
      return U'[';
    case 0x3D:
      return U'~';
    case 0x3E:
      return U']';
    case 0x40:
      return U'|';
    case 0x65:
      return U'€';
    default:
      return basic[septet];
  }
}

}  // namespace

std::string from_gsm7(octets septets) {
  std::string out;
  out.reserve(septets.size());
  for (std::size_t i = 0; i < septets.size(); ++i) {
    const bool extended = septets[i] == escape && i + 1 < septets.size();
    append_utf8(out, extended ? extension(septets[++i]) : basic[septets[i]]);
  }
  return out;
}

std::optional<buffer> to_gsm7(std::u32string_view text) {
  buffer out;
  for (const char32_t c : text) {
    auto at = c <= 0xFFFF ? basic.find(static_cast<char16_t>(c)) : std::u16string_view::npos;
    if (at == escape) at = 0x20;  // which only shows as a space
    if (at != std::u16string_view::npos) {
      out.push_back(static_cast<std::uint8_t>(at));
      continue;
    }
    std::uint8_t extended = 0;
    while (extended < basic.size() && (extension(extended) != c || basic[extended] == c))
      ++extended;
    if (extended == basic.size()) return std::nullopt;
    out.insert(out.end(), {escape, extended});
  }
  return out;
}

}  // namespace smpp
