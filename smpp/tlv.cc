#include "smpp/tlv.h"

#include <algorithm>

namespace smpp {
namespace {

constexpr std::size_t tlv_header = 4;

// Calls visit(tag, value) for each parameter until it returns true; returns the octets that are left over.
template <typename Visitor>
octets walk(octets area, Visitor&& visit) {
  while (area.size() >= tlv_header) {
    const std::uint16_t length = read_u16(area.data() + 2);
    if (area.size() - tlv_header < length) break;
    if (visit(read_u16(area.data()), area.subspan(tlv_header, length))) return {};
    area = area.subspan(tlv_header + length);
  }
  return area;
}

}  // namespace

bool well_formed(octets area) {
  const octets rest = walk(area, [](std::uint16_t, octets) { return false; });
  return rest.size() < tlv_header && std::ranges::all_of(rest, [](std::uint8_t octet) { return octet == 0; });
}

std::optional<octets> find(octets area, std::uint16_t tag) {
  std::optional<octets> found;
  walk(area, [&](std::uint16_t t, octets value) {
    if (t == tag) found = value;
    return found.has_value();
  });
  return found;
}

std::optional<std::uint16_t> find_integer(octets area, std::uint16_t tag) {
  const std::optional<octets> value = find(area, tag);
  if (!value) return std::nullopt;
  if (value->size() == 1) return (*value)[0];
  if (value->size() == 2) return read_u16(value->data());
  return std::nullopt;
}

}  // namespace smpp
