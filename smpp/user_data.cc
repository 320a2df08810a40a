#include "smpp/text.h"
#include "smpp/tlv.h"

namespace smpp {
namespace {

std::optional<concatenation> make_part(std::uint16_t reference, std::uint16_t total, std::uint16_t segment) {
  if (total == 0 || total > 255 || segment == 0 || segment > total) return std::nullopt;
  return concatenation{reference, static_cast<std::uint8_t>(total), static_cast<std::uint8_t>(segment)};
}

// GSM 03.40, 9.2.3.24.1 and 9.2.3.24.8.
std::optional<concatenation> part_of_header(octets elements) {
  while (elements.size() >= 2 && elements.size() - 2 >= elements[1]) {
    const octets data = elements.subspan(2, elements[1]);
    std::optional<concatenation> part;
    if (elements[0] == 0x00 && data.size() == 3) part = make_part(data[0], data[1], data[2]);
    if (elements[0] == 0x08 && data.size() == 4) part = make_part(read_u16(data.data()), data[2], data[3]);
    if (part) return part;
    elements = elements.subspan(2 + data.size());
  }
  return std::nullopt;
}

std::optional<concatenation> part_of_parameters(octets optional_parameters) {
  const auto reference = find_integer(optional_parameters, tag::sar_msg_ref_num);
  const auto total = find_integer(optional_parameters, tag::sar_total_segments);
  const auto segment = find_integer(optional_parameters, tag::sar_segment_seqnum);
  if (!reference || !total || !segment) return std::nullopt;
  return make_part(*reference, *total, *segment);
}

}  // namespace

user_text split_user_data(const message& m) {
  user_text result{user_data(m), part_of_parameters(m.optional_parameters)};
  if (!has_udh(m) || result.text.empty() || result.text[0] >= result.text.size()) return result;
  const std::size_t length = result.text[0];
  if (const auto part = part_of_header(result.text.subspan(1, length))) result.part = part;
  result.text = result.text.subspan(1 + length);
  return result;
}

}  // namespace smpp
