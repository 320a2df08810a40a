// A request's body on its way into a file, removed unless somebody keeps it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>
#include <system_error>

namespace proxy {

class upload {
 public:
  explicit upload(std::filesystem::path file);  // made with mode 0600; error() tells when it cannot be
  ~upload();
  upload(const upload&) = delete;
  upload& operator=(const upload&) = delete;

  void append(std::string_view octets);
  // The first thing that went wrong; nothing is written after it.
  std::error_code error() const { return error_; }
  std::uint64_t octets() const { return octets_; }

  // Closes the file and leaves it to the caller.
  std::filesystem::path keep();

 private:
  void close();

  std::filesystem::path file_;
  int descriptor_ = -1;
  std::uint64_t octets_ = 0;
  std::error_code error_;
};

}  // namespace proxy
