#include "proxy/capture/capture.h"

#include <utility>

namespace proxy {

void capture::add(std::uint32_t interface, store::instant at, pcapng::direction d, std::string_view packet) {
  const std::lock_guard lock(mutex_);
  if (waiting_.size() + packet.size() > most_waiting) {
    ++dropped_[interface];
    return;
  }
  waiting_ += pcapng::packet(interface, at, d, packet);
}

std::string capture::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(waiting_, {});
}

std::string capture::statistics(store::instant at) {
  const std::lock_guard lock(mutex_);
  return pcapng::statistics(0, at, dropped_[0]) + pcapng::statistics(1, at, dropped_[1]);
}

std::shared_ptr<capture> captures::start(capture_filter f, const store::numbering_plan& plan, bool whole) {
  const std::lock_guard lock(mutex_);
  std::erase_if(all_, [](const auto& c) { return c.expired(); });
  if (all_.size() >= most) return nullptr;
  auto started = std::make_shared<capture>(next_id_++, std::move(f), plan, whole);
  all_.push_back(started);
  running_ = all_.size();
  return started;
}

std::vector<std::shared_ptr<capture>> captures::under_way() {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<capture>> found;
  std::erase_if(all_, [&](const auto& c) {
    if (auto held = c.lock()) found.push_back(std::move(held));
    return c.expired();
  });
  running_ = all_.size();
  return found;
}

}  // namespace proxy
