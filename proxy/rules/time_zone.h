// Time zones of the world (IANA names), from ICU.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace proxy {

class time_zone {
 public:
  // Nothing when ICU knows no zone of that name.
  static std::optional<time_zone> named(const std::string& name);

  // What clocks there show. Thread safe.
  std::chrono::local_seconds local(std::chrono::sys_seconds t) const;

 private:
  struct implementation;
  explicit time_zone(std::shared_ptr<const implementation> i);
  std::shared_ptr<const implementation> implementation_;
};

}  // namespace proxy
