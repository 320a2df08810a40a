// What caps on frequency must still know after a restart, in STORE/frequency: a file for each day, which gets a record
// for each message that is counted or taken back, and the key that numbers are hashed with. Their format:
// store/FORMAT.md, "Frequency". A killed process loses a second of it at most.
#pragma once

#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <thread>

#include "proxy/config/config.h"
#include "proxy/rules/message_memory.h"

namespace proxy {

class frequency_files {
 public:
  // Reads what the caps of the configuration need, removes what no cap can need, and begins to write. What cannot be
  // read or written is logged: the caps go on with what is in memory.
  frequency_files(std::filesystem::path folder, const config& c);
  ~frequency_files();  // writes what is left

  std::shared_ptr<message_memory> memory() const { return memory_; }

 private:
  void read(const std::filesystem::path& file, const config& c);
  void write();
  void remove_old();

  std::filesystem::path folder_;
  std::string key_;
  std::shared_ptr<message_memory> memory_;
  bool writable_ = true;  // false: the key is there and cannot be read
  bool failed_ = false;   // to write: said once

  std::mutex mutex_;
  std::condition_variable stop_;
  bool stopping_ = false;
  std::thread writer_;
};

}  // namespace proxy
