#include "store/access.h"

#include "store/bytes.h"

namespace store {
namespace {

enum flag : std::uint8_t { about_a_number = 1 };

}  // namespace

std::string encode(const access_use& u) {
  byte_writer w;
  w.octet(u.about ? about_a_number : 0);
  if (u.about) w.fixed64(u.about->digits);
  w.varint(u.status);
  w.text(u.actor);
  w.text(u.method);
  w.text(u.route);
  w.text(u.filter);
  return w.take();
}

std::optional<access_use> decode_access(std::string_view octets) {
  byte_reader r(octets);
  access_use u;
  const std::uint8_t flags = r.octet();
  if (flags > about_a_number) return std::nullopt;
  if (flags == about_a_number) {
    u.about = number{r.fixed64()};
    if (!u.about->is_hash()) return std::nullopt;
  }
  const std::uint64_t status = r.varint();
  if (status > 999) return std::nullopt;
  u.status = static_cast<unsigned>(status);
  u.actor = r.text();
  u.method = r.text();
  u.route = r.text();
  u.filter = r.text();
  return r.complete() ? std::optional(std::move(u)) : std::nullopt;
}

}  // namespace store
