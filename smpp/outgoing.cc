#include "smpp/outgoing.h"

#include "smpp/gsm7.h"
#include "smpp/utf8.h"

namespace smpp {
namespace {

constexpr std::size_t septets_of_a_segment = 160;
constexpr std::size_t octets_of_a_segment = 140;
constexpr std::uint8_t ucs2 = 8;

// The octets of the text in the default alphabet of a link; nothing when that lacks a character.
std::optional<buffer> in_default(std::u32string_view text, default_alphabet zero) {
  buffer out;
  const char32_t last = zero == default_alphabet::ascii ? 0x7F : 0xFF;
  for (const char32_t c : text) {
    if (c > last) return std::nullopt;
    out.push_back(static_cast<std::uint8_t>(c));
  }
  return out;
}

buffer in_ucs2(std::u32string_view text) {
  buffer out;
  const auto unit = [&](char32_t u) {
    out.push_back(static_cast<std::uint8_t>(u >> 8U));
    out.push_back(static_cast<std::uint8_t>(u));
  };
  for (const char32_t c : text) {
    if (c < 0x10000) {
      unit(c);
    } else {
      unit(0xD800 + ((c - 0x10000) >> 10U));
      unit(0xDC00 + ((c - 0x10000) & 0x3FFU));
    }
  }
  return out;
}

void append_c_octet_string(buffer& out, std::string_view text) {
  out.insert(out.end(), text.begin(), text.end());
  out.push_back(0);
}

void append_address(buffer& out, const address& a) {
  out.push_back(a.ton);
  out.push_back(a.npi);
  append_c_octet_string(out, a.text);
}

}  // namespace

encoded_text encode(std::string_view text, default_alphabet zero) {
  const std::u32string characters = from_utf8(text);
  if (auto septets = to_gsm7(characters)) {
    const bool one_segment = septets->size() <= septets_of_a_segment;
    if (zero == default_alphabet::gsm7) return {0, *std::move(septets), one_segment};
    if (auto plain = in_default(characters, zero)) return {0, *std::move(plain), one_segment};
  }
  buffer units = in_ucs2(characters);
  const bool one_segment = units.size() <= octets_of_a_segment;
  return {ucs2, std::move(units), one_segment};
}

buffer make_submit_sm(const address& source_addr, const address& destination_addr, const encoded_text& text) {
  buffer out;
  append_header(out, command_id::submit_sm, command_status::ESME_ROK, 0);
  append_c_octet_string(out, "");  // service_type
  append_address(out, source_addr);
  append_address(out, destination_addr);
  out.insert(out.end(), {0, 0, 0});                    // esm_class, protocol_id, priority_flag
  append_c_octet_string(out, "");                      // schedule_delivery_time
  append_c_octet_string(out, "");                      // validity_period
  out.insert(out.end(), {0, 0, text.data_coding, 0});  // registered_delivery, replace_if_present_flag, ...
  out.push_back(static_cast<std::uint8_t>(text.octets.size()));
  out.insert(out.end(), text.octets.begin(), text.octets.end());
  write_u32(out.data(), static_cast<std::uint32_t>(out.size()));
  return out;
}

buffer make_cancel_sm(std::string_view message_id, const address& source_addr, const address& destination_addr) {
  buffer out;
  append_header(out, command_id::cancel_sm, command_status::ESME_ROK, 0);
  append_c_octet_string(out, "");  // service_type
  append_c_octet_string(out, message_id);
  append_address(out, source_addr);
  append_address(out, destination_addr);
  write_u32(out.data(), static_cast<std::uint32_t>(out.size()));
  return out;
}

}  // namespace smpp
