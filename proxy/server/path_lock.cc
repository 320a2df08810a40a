#include "proxy/server/path_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace proxy {

path_lock::path_lock(const std::filesystem::path& folder) {
  std::error_code ec;
  std::filesystem::create_directories(folder, ec);
  const std::filesystem::path file = folder / "gate.lock";
  file_ = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file_ < 0) {
    throw std::runtime_error("cannot use the store " + folder.string() + ": " + std::generic_category().message(errno) +
                             "; check `store.path` and its permissions");
  }
  if (flock(file_, LOCK_EX | LOCK_NB) != 0) {
    close(file_);
    throw std::runtime_error("the store " + folder.string() +
                             " is in use by another consentgate; stop that one or change `store.path`");
  }
}

path_lock::~path_lock() {
  close(file_);
}

}  // namespace proxy
