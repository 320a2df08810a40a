#include "store/secret_file.h"

#include <fcntl.h>
#include <openssl/rand.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <vector>

#include "store/descriptor.h"
#include "store/hexadecimal.h"

namespace store {
namespace {

failure cannot(const std::filesystem::path& file, std::string_view what, int error) {
  return {"the file " + file.string() + " cannot be " + std::string(what) + ": " +
          std::generic_category().message(error)};
}

bool write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return ::fsync(file) == 0;
}

}  // namespace

std::optional<failure> write_secret(const std::filesystem::path& file, std::string_view text) {
  const std::filesystem::path unfinished = file.string() + ".new";
  ::unlink(unfinished.c_str());
  {
    const descriptor d(::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!d.open() || !write_all(d.get(), text)) return cannot(file, "written", errno);
  }
  if (::rename(unfinished.c_str(), file.c_str()) != 0) return cannot(file, "written", errno);
  const descriptor folder(::open(file.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.open() || ::fsync(folder.get()) != 0) return cannot(file, "written", errno);
  return std::nullopt;
}

std::variant<std::optional<std::string>, failure> read_secret(const std::filesystem::path& file) {
  const descriptor d(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!d.open()) {
    if (errno == ENOENT) return std::optional<std::string>();
    return cannot(file, "read", errno);
  }
  struct stat status{};
  if (::fstat(d.get(), &status) != 0) return cannot(file, "read", errno);
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return failure{"the file " + file.string() + " can be read by others than its owner: chmod 600 it"};
  std::string text(std::size_t{64} * 1024, '\0');
  const ssize_t size = ::read(d.get(), text.data(), text.size());
  if (size < 0) return cannot(file, "read", errno);
  text.resize(static_cast<std::size_t>(size));
  return std::optional(std::move(text));
}

std::string random_hexadecimal(std::size_t octets) {
  std::vector<unsigned char> random(octets);
  if (RAND_bytes(random.data(), static_cast<int>(octets)) != 1)
    throw std::runtime_error("the system gives no random octets");
  return hexadecimal(random);
}

}  // namespace store
