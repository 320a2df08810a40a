#include "proxy/admin/token_file.h"

#include <fcntl.h>
#include <openssl/rand.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>

#include "proxy/observe/log.h"
#include "store/descriptor.h"
#include "store/hexadecimal.h"

namespace proxy {
namespace {

using store::descriptor;

[[noreturn]] void fail(const std::filesystem::path& file, std::string_view what) {
  throw std::runtime_error("the token file " + file.string() + ": " + std::string(what));
}

std::string error_text() {
  return std::generic_category().message(errno);
}

std::string make_token(const descriptor& d, const std::filesystem::path& file) {
  std::array<unsigned char, 32> octets{};
  if (RAND_bytes(octets.data(), static_cast<int>(octets.size())) != 1) fail(file, "the system gives no random octets");
  std::string token = store::hexadecimal(octets);
  const std::string line = token + "\n";
  if (::write(d.get(), line.data(), line.size()) != static_cast<ssize_t>(line.size()) || ::fsync(d.get()) != 0) {
    const std::string why = error_text();
    ::unlink(file.c_str());
    fail(file, "cannot be written (" + why + ")");
  }
  return token;
}

std::string read_token(const std::filesystem::path& file) {
  const descriptor d(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!d.open()) fail(file, "cannot be read (" + error_text() + "): make it readable for the user that runs the gate");
  struct stat status{};
  if (::fstat(d.get(), &status) == 0 && (status.st_mode & (S_IRGRP | S_IROTH)) != 0) {
    log(log_level::warning, "the token can be read by other users: chmod 600 it", {{"file", file.string()}});
  }
  std::array<char, 4096> text{};
  const auto size = ::read(d.get(), text.data(), text.size());
  if (size < 0) fail(file, "cannot be read (" + error_text() + ")");
  std::string token(text.data(), static_cast<std::size_t>(size));
  token.erase(token.find_last_not_of(" \t\r\n") + 1);
  if (token.empty()) fail(file, "is empty: write a token into it, or remove it and one is made at the next start");
  if (token.find_first_of(" \t\r\n") != std::string::npos) fail(file, "has more than one word: one token is expected");
  return token;
}

}  // namespace

std::string read_or_make_token(const std::filesystem::path& file) {
  std::error_code ignored;  // opening the file says why
  if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path(), ignored);
  const descriptor d(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (d.open()) return make_token(d, file);
  if (errno != EEXIST)
    fail(file, "cannot be made (" + error_text() + "): make its folder writable for the user that runs the gate");
  return read_token(file);
}

}  // namespace proxy
