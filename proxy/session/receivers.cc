#include "proxy/session/receivers.h"

#include <utility>

namespace proxy {

receivers::claim::claim(receivers& r, std::string system_id, std::uint64_t number)
    : of_(&r), system_id_(std::move(system_id)), number_(number) {}

receivers::claim::claim(claim&& other) noexcept
    : of_(std::exchange(other.of_, nullptr)), system_id_(std::move(other.system_id_)), number_(other.number_) {}

receivers::claim::~claim() {
  if (of_ != nullptr) of_->release(system_id_, number_);
}

bool receivers::claim::free() const {
  const std::lock_guard lock(of_->mutex_);
  return !of_->entries_.at(system_id_).listening;
}

bool receivers::claim::delivers_kept() {
  const std::lock_guard lock(of_->mutex_);
  auto& deliverer = of_->entries_.at(system_id_).deliverer;
  if (!deliverer) deliverer = number_;
  return *deliverer == number_;
}

receivers::claim receivers::receive(const std::string& system_id, std::function<void()> freed) {
  std::function<void()> tell;
  std::uint64_t number = 0;
  {
    const std::lock_guard lock(mutex_);
    entry& e = entries_[system_id];
    number = ++last_number_;
    e.claims[number] = std::move(freed);
    tell = e.changed;
  }
  if (tell) tell();
  return {*this, system_id, number};
}

void receivers::release(const std::string& system_id, std::uint64_t number) {
  std::function<void()> tell;
  {
    const std::lock_guard lock(mutex_);
    entry& e = entries_[system_id];
    e.claims.erase(number);
    if (e.deliverer == number) e.deliverer.reset();
    tell = e.changed;
    forget_unused(system_id);
  }
  if (tell) tell();
}

bool receivers::claimed(const std::string& system_id) const {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(system_id);
  return found != entries_.end() && !found->second.claims.empty();
}

void receivers::attach(const std::string& system_id, std::function<void()> changed) {
  const std::lock_guard lock(mutex_);
  entries_[system_id].changed = std::move(changed);
}

void receivers::detach(const std::string& system_id) {
  leave(system_id);
  const std::lock_guard lock(mutex_);
  entries_[system_id].changed = nullptr;
  forget_unused(system_id);
}

bool receivers::enter(const std::string& system_id) {
  const std::lock_guard lock(mutex_);
  entry& e = entries_[system_id];
  if (!e.claims.empty()) return false;
  e.listening = true;
  return true;
}

void receivers::leave(const std::string& system_id) {
  std::vector<std::function<void()>> freed;
  {
    const std::lock_guard lock(mutex_);
    entry& e = entries_[system_id];
    if (!std::exchange(e.listening, false)) return;
    for (const auto& [number, tell] : e.claims)
      freed.push_back(tell);
  }
  for (const auto& tell : freed)
    if (tell) tell();
}

// Under the mutex.
void receivers::forget_unused(const std::string& system_id) {
  const auto found = entries_.find(system_id);
  if (found == entries_.end()) return;
  const entry& e = found->second;
  if (e.claims.empty() && !e.listening && !e.changed) entries_.erase(found);
}

}  // namespace proxy
