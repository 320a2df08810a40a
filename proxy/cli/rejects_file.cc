#include "proxy/cli/rejects_file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "proxy/cli/desk.h"

namespace proxy {
namespace {

std::error_code last_error() {
  return {errno, std::generic_category()};
}

}  // namespace

rejects_file::rejects_file(std::filesystem::path file, const std::filesystem::path& imported) : file_(std::move(file)) {
  std::error_code ignored;
  const std::string name = file_.string();
  if (std::filesystem::equivalent(file_, imported, ignored))
    throw command_failed("the refused rows cannot be written to " + name + ": it is the file to import; name another");
  if (std::filesystem::exists(file_, ignored) && !std::filesystem::is_regular_file(file_, ignored))
    throw command_failed("the refused rows cannot be written to " + name + ": it is there and no file");
  temporary_ = name + ".XXXXXX";
  descriptor_ = ::mkostemp(temporary_.data(), O_CLOEXEC);  // with mode 0600
  if (descriptor_ < 0)
    throw command_failed("the refused rows cannot be written to " + name + ": " + last_error().message() +
                         "; nothing was imported");
}

rejects_file::~rejects_file() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void rejects_file::append(std::string_view octets) {
  while (!error_ && !octets.empty()) {
    const auto written = ::write(descriptor_, octets.data(), octets.size());
    if (written < 0) {
      if (errno != EINTR) error_ = last_error();
      continue;
    }
    octets.remove_prefix(static_cast<std::size_t>(written));
  }
}

void rejects_file::finish() {
  if (!error_ && ::fsync(descriptor_) != 0) error_ = last_error();
  if (::close(std::exchange(descriptor_, -1)) != 0 && !error_) error_ = last_error();
  if (!error_ && ::rename(temporary_.c_str(), file_.c_str()) != 0) error_ = last_error();
  if (error_)
    throw command_failed("the refused rows could not be written to " + file_.string() + " (" + error_.message() +
                         "), and no part of them is there; the import itself is done: import the file again to get "
                         "them, rows that are in are recognised");
  temporary_.clear();
}

}  // namespace proxy
