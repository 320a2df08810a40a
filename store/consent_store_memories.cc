#include "store/consent_store_implementation.h"
#include "store/telling_digits.h"

namespace store {

channel_id consent_store::channel_of(std::string_view address, std::string_view sender) const {
  return implementation_->memories.correspondence.channel_of(address, sender);
}

address_users::unseen consent_store::use_address(const std::string& address, std::vector<channel_id> channels,
                                                 instant now) {
  return implementation_->memories.address_users.use(address, std::move(channels), now);
}

void consent_store::wrote(number to, channel_id through, instant at) {
  memory_keeper& m = implementation_->memories;
  if (m.correspondence.wrote(to, through, at)) m.changed();
}

std::vector<channel_id> consent_store::used_lately(number to, std::span<const channel_id> among, instant now) const {
  return implementation_->memories.correspondence.used(to, among, now);
}

bool consent_store::keep_scheduled(scheduled s) {
  s.who = kept_as(s.who);
  return implementation_->memories.scheduled.add(std::move(s));
}

scheduled_messages& consent_store::scheduled_ones() {
  return implementation_->memories.scheduled;
}

void consent_store::sent(number to, std::string message_id, instant at) {
  const number kept = kept_as(to);
  // Where the number is not kept, what tells it is not either: the receipt will be the sender's.
  if (kept != to && tells(message_id, to)) return;
  implementation_->memories.sent.add({kept, at, std::move(message_id)});
}

bool consent_store::has_sent() const {
  return !implementation_->memories.sent.empty();
}

std::vector<std::string> consent_store::sent_ids(number to) const {
  return implementation_->memories.sent.ids_to(kept_as(to));
}

void consent_store::forget_sent(instant before) {
  implementation_->memories.sent.forget(before);
}

}  // namespace store
