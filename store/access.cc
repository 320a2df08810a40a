#include "store/access.h"

#include <utility>

#include "store/bytes.h"

namespace store {
namespace {

enum flag : std::uint8_t { about_a_number = 1, chained = 2 };
constexpr std::uint8_t all_flags = about_a_number | chained;

std::string encode_use(const access_use& u) {
  byte_writer w;
  w.octet(static_cast<std::uint8_t>((u.about ? about_a_number : 0) | chained));
  if (u.about) w.fixed64(u.about->digits);
  w.varint(u.status);
  w.text(u.actor);
  w.text(u.method);
  w.text(u.route);
  w.text(u.filter);
  return w.take();
}

struct parts {
  access_use use;
  std::string_view use_octets;  // what the chain covers, besides the time and the place
  std::optional<std::pair<std::uint64_t, digest256>> place;
};

std::optional<parts> take_apart(std::string_view octets) {
  byte_reader r(octets);
  parts p;
  access_use& u = p.use;
  const std::uint8_t flags = r.octet();
  if (flags > all_flags) return std::nullopt;
  if ((flags & about_a_number) != 0) {
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
  const std::string_view rest = r.rest();
  p.use_octets = octets.substr(0, octets.size() - rest.size());
  if (r.failed()) return std::nullopt;
  byte_reader chain(rest);
  if ((flags & chained) != 0) {
    auto& [count, own] = p.place.emplace();
    count = chain.varint();
    chain.octets(own);
  }
  return chain.complete() ? std::optional(std::move(p)) : std::nullopt;
}

access_head after(const access_head& before, instant at, std::string_view use_octets) {
  thread_local sha256 digest;
  const std::uint64_t count = before.count + 1;
  const auto time = static_cast<std::uint64_t>(at.time_since_epoch().count());
  return {count, digest.add(before.own).add(count).add(time).add(use_octets).finish(), at};
}

}  // namespace

std::string encode(const access_use& u, instant at, access_head& head) {
  const std::string use = encode_use(u);
  head = after(head, at, use);
  byte_writer place;
  place.varint(head.count);
  place.octets(head.own);
  return use + place.take();
}

std::optional<access_use> decode_access(std::string_view octets) {
  auto p = take_apart(octets);
  return p ? std::optional(std::move(p->use)) : std::nullopt;
}

std::optional<access_head> place_in_chain(std::string_view octets, instant at) {
  const auto p = take_apart(octets);
  if (!p || !p->place) return std::nullopt;
  return access_head{p->place->first, p->place->second, at};
}

std::optional<std::string> misfit(std::string_view octets, instant at, access_head& head) {
  const auto p = take_apart(octets);
  if (!p) return "it cannot be decoded";
  if (!p->place) return "it is not chained to the use before";
  const access_head next = after(head, at, p->use_octets);
  if (p->place->first != next.count)
    return "it is number " + std::to_string(p->place->first) + " by what it says: uses before it are missing";
  if (p->place->second != next.own) return "its hash does not follow from the use before and from what it says";
  head = next;
  return std::nullopt;
}

}  // namespace store
