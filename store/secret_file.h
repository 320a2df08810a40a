// Files that hold secrets: made with mode 0600, whole or not at all.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "store/failure.h"

namespace store {

// Replaces the file; on disk, with its folder's entry, when it returns nothing.
std::optional<failure> write_secret(const std::filesystem::path& file, std::string_view text);

// Nothing inside when the file does not exist.
std::variant<std::optional<std::string>, failure> read_secret(const std::filesystem::path& file);

// Random octets from the system, as hexadecimal digits.
std::string random_hexadecimal(std::size_t octets);

}  // namespace store
