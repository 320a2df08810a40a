#include "proxy/server/password_checker.h"

#include <openssl/crypto.h>

#include <boost/asio/post.hpp>

namespace proxy {
namespace {

constexpr std::size_t most_waiting = 1000;

}  // namespace

bool password_checker::check(password_question q, std::function<void(bool right)> done) {
  // Who was right before comes before who guesses.
  if (found_right_before(q)) {
    done(true);
    return true;
  }
  if (waiting_ >= most_waiting) return false;
  ++waiting_;
  boost::asio::post(threads_, [this, q = std::move(q), done = std::move(done)] {
    const bool right = found_right_before(q) || matches(q.against, q.password);
    if (right) remember_right(q);
    --waiting_;
    done(right);
  });
  return true;
}

void password_checker::stop() {
  threads_.stop();
  threads_.join();
}

store::digest256 password_checker::digest_of(const password_question& q) const {
  return hash_.of(to_string(q.against) + q.password);
}

bool password_checker::found_right_before(const password_question& q) const {
  const store::digest256 asked = digest_of(q);
  const std::lock_guard lock(mutex_);
  const auto known = right_.find(q.system_id);
  return known != right_.end() && CRYPTO_memcmp(known->second.data(), asked.data(), asked.size()) == 0;
}

void password_checker::remember_right(const password_question& q) {
  const store::digest256 found = digest_of(q);
  const std::lock_guard lock(mutex_);
  right_[q.system_id] = found;
}

}  // namespace proxy
