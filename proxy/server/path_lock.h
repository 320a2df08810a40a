// One gate a store: taken before anything in the store's folder is touched.
#pragma once

#include <filesystem>

namespace proxy {

class path_lock {
 public:
  // Makes the folder when it is not there. Throws std::runtime_error when another gate holds it.
  explicit path_lock(const std::filesystem::path& folder);
  ~path_lock();
  path_lock(const path_lock&) = delete;
  path_lock& operator=(const path_lock&) = delete;

 private:
  int file_ = -1;
};

}  // namespace proxy
