#include "store/consent_store_implementation.h"

namespace store {

bool consent_store::hold(const std::string& name, number about, std::string octets, const held_bounds& most,
                         held_completion done) {
  if (about != number{}) about = implementation_->subjects.keys()->access_hash(about);
  const bool room = implementation_->held.add(name, about, std::move(octets), most, std::move(done));
  if (room) implementation_->writer->wake();
  return room;
}

void consent_store::read_held(const std::string& name, std::uint64_t after, std::size_t most, held_reader done) {
  implementation_->held.read(name, after, most, std::move(done));
  implementation_->writer->wake();
}

void consent_store::remove_held(const std::string& name, std::uint64_t position) {
  implementation_->held.remove(name, position);
  implementation_->writer->wake();
}

held_size consent_store::held(const std::string& name) const {
  return implementation_->held.size(name);
}

std::map<std::string, held_size> consent_store::held_sizes() const {
  return implementation_->held.sizes();
}

}  // namespace store
