#include "store/event_id.h"

#include <algorithm>

namespace store {
namespace {

std::mt19937_64 seeded() {
  std::random_device device;
  std::seed_seq seed{device(), device(), device(), device(), device(), device(), device(), device()};
  return std::mt19937_64(seed);
}

}  // namespace

event_id_maker::event_id_maker() : random_(seeded()) {}

event_id event_id_maker::next(instant at) {
  const auto since_1970 = std::chrono::floor<std::chrono::milliseconds>(at).time_since_epoch().count();
  const auto wanted = static_cast<std::uint64_t>(std::max<std::int64_t>(since_1970, 0));
  if (wanted > milliseconds_) {
    milliseconds_ = wanted;
    counter_ = 0;
  } else if (++counter_ == 0x1000) {
    ++milliseconds_;
    counter_ = 0;
  }
  event_id id{};
  for (std::size_t i = 0; i < 6; ++i)
    id[i] = static_cast<std::uint8_t>(milliseconds_ >> (40 - 8 * i));
  id[6] = static_cast<std::uint8_t>(0x70 | counter_ >> 8);
  id[7] = static_cast<std::uint8_t>(counter_);
  const std::uint64_t tail = random_();
  for (std::size_t i = 0; i < 8; ++i)
    id[8 + i] = static_cast<std::uint8_t>(tail >> (56 - 8 * i));
  id[8] = static_cast<std::uint8_t>(0x80 | (id[8] & 0x3f));
  return id;
}

}  // namespace store
