#include "store/address_users.h"

#include <algorithm>
#include <utility>

#include "store/bytes.h"

namespace store {
namespace {

void write(byte_writer& out, const std::vector<channel_id>& channels) {
  out.fixed64(channels.size());
  for (const channel_id c : channels)
    out.fixed64(c);
}

std::vector<channel_id> read(byte_reader& in) {
  std::vector<channel_id> channels;
  for (std::uint64_t left = in.fixed64(); left > 0 && !in.failed(); --left)
    channels.push_back(static_cast<channel_id>(in.fixed64()));
  return channels;
}

}  // namespace

address_users::unseen address_users::use(const std::string& address, std::vector<channel_id> channels, instant now) {
  std::ranges::sort(channels);
  unseen result;
  bool is_news = false;
  {
    const std::lock_guard lock(mutex_);
    const auto [it, is_new] = all_.try_emplace(address, known{channels, {}});
    known& k = it->second;
    is_news = is_new || k.channels != channels;
    if (k.channels != channels) {
      if (k.earlier.until <= now) k.earlier.channels.clear();
      if (k.channels.size() == 1) {
        k.earlier.channels.push_back(k.channels.front());
        k.earlier.until = now + correspondence::remembered_for;
      }
      k.channels = std::move(channels);
    }
    if (k.earlier.until > now) result = k.earlier;
    if (is_news) to_write_.insert(address);
  }
  if (is_news) changed_();
  return result;
}

std::vector<address_users::line> address_users::take_changed() {
  const std::lock_guard lock(mutex_);
  std::vector<line> taken;
  for (const std::string& address : std::exchange(to_write_, {})) {
    const known& k = all_.at(address);
    byte_writer out;
    out.fixed64(static_cast<std::uint64_t>(k.earlier.until.time_since_epoch().count()));
    write(out, k.earlier.channels);
    write(out, k.channels);
    taken.push_back({address, out.take()});
  }
  return taken;
}

void address_users::not_written(const std::vector<line>& taken) {
  const std::lock_guard lock(mutex_);
  for (const line& l : taken)
    to_write_.insert(l.address);
}

bool address_users::load(const std::string& address, std::string_view octets) {
  byte_reader in(octets);
  known k;
  k.earlier.until = instant{std::chrono::microseconds{static_cast<std::int64_t>(in.fixed64())}};
  k.earlier.channels = read(in);
  k.channels = read(in);
  if (!in.complete()) return false;
  const std::lock_guard lock(mutex_);
  all_.insert_or_assign(address, std::move(k));
  return true;
}

}  // namespace store
