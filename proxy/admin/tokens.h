// Whose token a request carries.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/config/config.h"
#include "store/sha256.h"

namespace proxy {

struct token_holder {
  std::string name;
  role may = role::viewer;
};

class tokens {
 public:
  // The officer admin's token and the others, each read from its file or made there. Throws std::runtime_error with
  // what to do.
  tokens(const std::filesystem::path& token_file, const std::vector<token_config>& others);

  // Whose token an Authorization header ("Bearer TOKEN") carries, in a time that depends on no token; nullptr when it
  // is nobody's.
  const token_holder* holder(std::string_view authorization) const;

 private:
  void add(token_holder h, const std::filesystem::path& file);

  // Digests have one length, so that not even a token's length shows.
  struct entry {
    token_holder who;
    store::digest256 digest;
    std::filesystem::path file;
  };
  std::vector<entry> entries_;
};

}  // namespace proxy
