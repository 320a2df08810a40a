#include "store/acknowledged.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <fstream>

namespace store {
namespace {

std::filesystem::path file_in(const std::filesystem::path& folder) {
  return folder / "acknowledged";
}

}  // namespace

acknowledged::acknowledged(const std::filesystem::path& folder) : path_(file_in(folder)) {}

acknowledged::~acknowledged() {
  if (file_ >= 0) close(file_);
}

std::variant<std::uint64_t, failure> acknowledged::read(const std::filesystem::path& folder) {
  std::error_code ec;
  if (!std::filesystem::exists(file_in(folder), ec) && !ec) return std::uint64_t{0};
  std::ifstream file(file_in(folder));
  std::uint64_t sequence = 0;
  // Empty is what a power cut may leave of a new file.
  if (file && (file.peek() == std::ifstream::traits_type::eof() || file >> sequence)) return sequence;
  return failure{file_in(folder).string() +
                 " cannot be read: it says which event was acknowledged last; restore the store from a backup"};
}

failure acknowledged::lost(const std::filesystem::path& folder, std::uint64_t found, std::uint64_t acknowledged) {
  return {"the store " + folder.string() + " has lost events: its last is " + std::to_string(found) + " and " +
          std::to_string(acknowledged) +
          " was acknowledged; restore it from a backup. To go on without them, although " +
          "opt-outs may be among them, delete " + file_in(folder).string()};
}

void acknowledged::set(std::uint64_t sequence) {
  if (file_ < 0) file_ = open(path_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  std::array<char, 22> text{};  // always as long, so that it is overwritten in place, also on a full disk
  const int length = std::snprintf(text.data(), text.size(), "%020llu\n", static_cast<unsigned long long>(sequence));
  if (file_ >= 0) (void)!pwrite(file_, text.data(), static_cast<std::size_t>(length), 0);
}

}  // namespace store
