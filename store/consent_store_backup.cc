#include "store/consent_store_implementation.h"

namespace store {
namespace {

// A folder that others keep beside the store, and go on writing: readable by the owner alone.
std::optional<failure> copy_beside(const std::filesystem::path& from, const std::filesystem::path& to) {
  namespace fs = std::filesystem;
  std::error_code ec;
  if (!fs::exists(from, ec)) return std::nullopt;
  fs::create_directories(to, ec);
  for (const fs::directory_entry& file : fs::directory_iterator(from, ec)) {
    const fs::path copy = to / file.path().filename();
    if (fs::copy_file(file.path(), copy, ec)) fs::permissions(copy, fs::perms::owner_read | fs::perms::owner_write, ec);
    const bool removed = ec == std::errc::no_such_file_or_directory;  // too old for anything meanwhile
    if (ec && !removed) break;
    ec.clear();
  }
  if (ec) return failure{"the folder " + from.string() + " cannot be copied: " + ec.message()};
  return std::nullopt;
}

}  // namespace

std::optional<failure> consent_store::backup(const std::filesystem::path& folder) const {
  std::error_code ec;
  if (std::filesystem::exists(folder, ec) && !std::filesystem::is_empty(folder, ec))
    return failure{"the folder " + folder.string() + " is not empty: a copy needs one of its own"};
  std::filesystem::create_directories(folder, ec);
  if (ec) return failure{"the folder " + folder.string() + " cannot be made: " + ec.message()};
  auto why =
      implementation_->writer->with_ledger<std::optional<failure>>([&](const ledger& l) { return l.copy_to(folder); });
  if (why) return why;
  for (const char* secret : {"numbers.key", "ledger.key"}) {
    const std::filesystem::path from = implementation_->path / secret;
    if (!std::filesystem::exists(from, ec)) continue;
    std::filesystem::copy_file(from, folder / secret, ec);
    if (!ec)
      std::filesystem::permissions(folder / secret,
                                   std::filesystem::perms::owner_read | std::filesystem::perms::owner_write, ec);
    if (ec) return failure{"the file " + from.string() + " cannot be copied: " + ec.message()};
  }
  return copy_beside(implementation_->path / "frequency", folder / "frequency");
}

}  // namespace store
