// What the rules about messages and binds remember, for all sessions and across reloads of the configuration.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "proxy/rules/bind_attempts.h"
#include "proxy/rules/bind_counts.h"
#include "proxy/rules/frequency.h"
#include "proxy/rules/part_texts.h"
#include "proxy/rules/rate_limiter.h"
#include "store/number.h"
#include "store/secret_file.h"
#include "store/sha256.h"

namespace proxy {

// Thread safe.
class message_memory {
 public:
  // Numbers are remembered as hashes under this key.
  explicit message_memory(const std::string& key = store::random_hexadecimal(32));

  recipient recipient_of(store::number who) const;
  std::shared_ptr<frequency_memory> frequency_of(const std::string& sender);
  std::shared_ptr<rate_limiter> rate_of(const std::string& sender);
  std::uint64_t forgotten();  // by all caps, too early
  void for_each(const std::function<void(const std::string& sender, frequency_memory&)>& visit);

  part_texts texts;
  bind_counts binds;
  bind_attempts attempts;

 private:
  store::hmac_sha256 hash_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<frequency_memory>> by_sender_;
  std::map<std::string, std::shared_ptr<rate_limiter>> rates_;
};

}  // namespace proxy
