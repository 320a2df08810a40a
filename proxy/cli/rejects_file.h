// The file of refused rows on its way: under a temporary name beside it, readable for its owner alone, until it is
// whole.
#pragma once

#include <filesystem>
#include <string_view>
#include <system_error>

namespace proxy {

class rejects_file {
 public:
  // Throws command_failed when it cannot be made there: before anything is imported.
  rejects_file(std::filesystem::path file, const std::filesystem::path& imported);
  ~rejects_file();  // removes what has not become the file
  rejects_file(const rejects_file&) = delete;
  rejects_file& operator=(const rejects_file&) = delete;

  void append(std::string_view octets);  // after an error nothing is written
  // It takes its name, in place of a file that has it. Throws command_failed when it is not whole.
  void finish();

 private:
  std::filesystem::path file_;
  std::string temporary_;
  int descriptor_ = -1;
  std::error_code error_;
};

}  // namespace proxy
