#include "proxy/admin/upload.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace proxy {

upload::upload(std::filesystem::path file) : file_(std::move(file)) {
  descriptor_ = ::open(file_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (descriptor_ < 0) error_ = {errno, std::generic_category()};
}

upload::~upload() {
  close();
  std::error_code ignored;
  if (!file_.empty()) std::filesystem::remove(file_, ignored);
}

void upload::append(std::string_view octets) {
  while (!error_ && !octets.empty()) {
    const auto written = ::write(descriptor_, octets.data(), octets.size());
    if (written < 0) {
      if (errno != EINTR) error_ = {errno, std::generic_category()};
      continue;
    }
    octets_ += static_cast<std::uint64_t>(written);
    octets.remove_prefix(static_cast<std::size_t>(written));
  }
}

std::filesystem::path upload::keep() {
  close();
  return std::exchange(file_, {});
}

void upload::close() {
  // A delayed allocation may find the disk full only here.
  if (descriptor_ >= 0 && ::close(descriptor_) != 0 && !error_) error_ = {errno, std::generic_category()};
  descriptor_ = -1;
}

}  // namespace proxy
