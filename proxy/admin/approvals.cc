#include "proxy/admin/approvals.h"

namespace proxy {

act<approvals::proposal> approvals::propose(std::uint64_t event, const std::string& actor, const std::string& reason,
                                            store::instant now) {
  const std::lock_guard lock(mutex_);
  forget_old(now);
  const auto found = waiting_.find(event);
  if (found != waiting_.end() && found->second.actor != actor) {
    return refused_act{409, found->second.actor +
                                " has proposed this correction already, because: " + found->second.reason +
                                "; approve it, or let it lapse at " + store::to_string(found->second.until)};
  }
  return waiting_[event] = {actor, reason, now + open_for};
}

act<approvals::proposal> approvals::approve(std::uint64_t event, const std::string& actor, store::instant now) {
  const std::lock_guard lock(mutex_);
  forget_old(now);
  const auto found = waiting_.find(event);
  if (found == waiting_.end())
    return refused_act{404,
                       "no correction of event " + std::to_string(event) + " waits for approval: propose it first"};
  if (found->second.actor == actor)
    return refused_act{403, "a second person must approve: " + actor + " has proposed this correction"};
  const proposal taken = found->second;
  waiting_.erase(found);
  return taken;
}

void approvals::forget_old(store::instant now) {
  std::erase_if(waiting_, [&](const auto& entry) { return entry.second.until <= now; });
}

}  // namespace proxy
