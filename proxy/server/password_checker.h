// Compares senders' passwords with their hashes, which takes some 70 ms of a core and 32 MiB each: on threads of its
// own, a few at a time, so that no worker waits.
#pragma once

#include <atomic>
#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "proxy/session/password_question.h"
#include "store/secret_file.h"
#include "store/sha256.h"

namespace proxy {

// Thread safe.
class password_checker {
 public:
  ~password_checker() { stop(); }

  // Calls done(right), at once or later, on any thread. False, and never, when too many wait already.
  bool check(password_question q, std::function<void(bool right)> done);
  // What waits is dropped; afterwards nothing is called any more.
  void stop();

 private:
  // What was found right, so that a sender who binds again, or a hundred times, neither waits nor takes a core: one for
  // each system_id, hashed under a key that nobody has.
  bool found_right_before(const password_question& q) const;
  void remember_right(const password_question& q);
  store::digest256 digest_of(const password_question& q) const;

  std::string key_ = store::random_hexadecimal(32);
  store::hmac_sha256 hash_{{reinterpret_cast<const std::uint8_t*>(key_.data()), key_.size()}};
  mutable std::mutex mutex_;
  std::map<std::string, store::digest256> right_;
  std::atomic<std::size_t> waiting_{0};
  boost::asio::thread_pool threads_{2};
};

}  // namespace proxy
