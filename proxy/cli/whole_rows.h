// The rows of the file that is imported, as they are: a gate that keeps no numbers tells of refused ones without.
#pragma once

#include <filesystem>
#include <fstream>

#include "store/rejects.h"

namespace proxy {

class whole_rows {
 public:
  explicit whole_rows(const std::filesystem::path& file);

  const std::string& header() const { return header_; }  // its first line, the byte order mark included
  // With the row that begins in its line; in the order of the file.
  store::refused_row whole(store::refused_row r);

 private:
  std::ifstream in_;
  std::string header_;
  store::csv_reader reader_;
};

}  // namespace proxy
