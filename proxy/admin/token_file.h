// A token: a file that the operator, or the first start, makes.
#pragma once

#include <filesystem>
#include <string>

namespace proxy {

// The token, without the white space that ends the file. Makes the file, with mode 0600 and 256 random bits in
// hexadecimal, when it does not exist. Logs a warning when others than its owner may read it. Throws std::runtime_error
// with what to do.
std::string read_or_make_token(const std::filesystem::path& file);

}  // namespace proxy
