#include "store/memory_keeper.h"

#include "store/database.h"

namespace store {
namespace {

constexpr char correspondence_key = 'w';

}  // namespace

bool memory_keeper::changed() {
  if (due_.load() != never) return false;
  clock::rep nothing = never;
  return due_.compare_exchange_strong(nothing, (clock::now() + write_interval).time_since_epoch().count());
}

std::optional<failure> memory_keeper::load(const ledger& l) {
  return l.each_memory({correspondence_key}, [&](const ledger::memory& m) {
    const auto place = static_cast<std::uint32_t>(from_big_endian({m.key.data() + 1, m.key.size() - 1}));
    return correspondence.load({place, m.value});
  });
}

// What changes from now on is due anew; what changed before is taken now.
std::optional<failure> memory_keeper::write(ledger& l) {
  due_ = never;
  const std::vector<correspondence::line> lines = correspondence.take_changed();
  std::vector<ledger::memory> changed;
  changed.reserve(lines.size());
  for (const correspondence::line& line : lines)
    changed.push_back({correspondence_key + big_endian(line.place, 4), line.octets});
  if (changed.empty()) return std::nullopt;
  auto why = l.remember(changed);
  if (why) {
    correspondence.not_written(lines);
    due_ = clock::now().time_since_epoch().count();
  }
  return why;
}

}  // namespace store
