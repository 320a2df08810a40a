#include "proxy/outbox/outbox.h"

#include <algorithm>

namespace proxy {

std::string_view name(gate_answer::fate f) {
  using enum gate_answer::fate;
  switch (f) {
    case accepted:
      return "accepted";
    case refused:
      return "refused";
    case unanswered:
      return "unanswered";
    case expired:
      return "expired";
    case dropped:
      break;
  }
  return "dropped";
}

outbox::outbox(metrics& m, std::size_t most_waiting) : metrics_(&m), most_waiting_(most_waiting) {}

void outbox::post(gate_request r, const transmitter* preferred) {
  const auto posted = std::make_shared<entry>(entry{std::move(r)});
  if (posted->request.system_ids.empty()) return finish(posted->request, {});
  std::unique_lock lock(mutex_);
  if (waiting_ >= most_waiting_) {
    lock.unlock();
    return finish(posted->request, {gate_answer::fate::dropped, {}, {}});
  }
  ++waiting_;
  transmitter* to_wake = nullptr;
  for (const std::string& system_id : posted->request.system_ids) {
    lines_[system_id].push_back(posted);
    const auto bound = transmitters_.find(system_id);
    if (bound == transmitters_.end()) continue;
    for (transmitter* t : bound->second) {
      if (to_wake == nullptr || t == preferred) to_wake = t;
    }
  }
  if (to_wake != nullptr) to_wake->wake();
}

void outbox::join(const std::string& system_id, transmitter& t) {
  const std::lock_guard lock(mutex_);
  transmitters_[system_id].push_back(&t);
}

void outbox::leave(transmitter& t) {
  const std::lock_guard lock(mutex_);
  for (auto it = transmitters_.begin(); it != transmitters_.end();) {
    std::erase(it->second, &t);
    it = it->second.empty() ? transmitters_.erase(it) : std::next(it);
  }
}

std::optional<gate_request> outbox::take(const std::string& system_id, time_point now) {
  const std::lock_guard lock(mutex_);
  const auto found = lines_.find(system_id);
  if (found == lines_.end()) return std::nullopt;
  for (line& waiting = found->second; !waiting.empty();) {
    const std::shared_ptr<entry> first = waiting.front();
    if (!first->taken && first->request.until <= now) break;  // expire() will tell
    waiting.pop_front();
    if (std::exchange(first->taken, true)) continue;
    --waiting_;
    return std::move(first->request);
  }
  return std::nullopt;
}

void outbox::finish(const gate_request& r, const gate_answer& a) {
  metrics_->count_gate_message(r.kind, name(a.what));
  if (r.done) r.done(a);
}

void outbox::expire(time_point now) {
  std::vector<std::shared_ptr<entry>> late;
  {
    const std::lock_guard lock(mutex_);
    for (auto it = lines_.begin(); it != lines_.end();) {
      std::erase_if(it->second, [&](const std::shared_ptr<entry>& e) {
        if (e->taken) return true;
        if (e->request.until > now) return false;
        e->taken = true;
        --waiting_;
        late.push_back(e);
        return true;
      });
      it = it->second.empty() ? lines_.erase(it) : std::next(it);
    }
  }
  for (const auto& e : late)
    finish(e->request, {});
}

}  // namespace proxy
