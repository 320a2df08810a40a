#include "proxy/admin/token_file.h"

#include <sys/stat.h>

#include <fstream>

#include "tests/unit/catch.h"
#include "tests/unit/temporary_folder.h"

using namespace proxy;

TEST_CASE("a token is made once, for its owner alone") {
  const testing::temporary_folder folder;
  const auto file = folder.path() / "store" / "admin.token";
  const auto token = read_or_make_token(file);
  CHECK(token.size() == 64);
  struct stat status{};
  REQUIRE(::stat(file.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  CHECK(read_or_make_token(file) == token);
  CHECK(read_or_make_token(folder.path() / "another") != token);
}

TEST_CASE("an operator's token is read without the white space that ends it") {
  const testing::temporary_folder folder;
  std::ofstream(folder.path() / "t") << "s3cret \r\n\n";
  CHECK(read_or_make_token(folder.path() / "t") == "s3cret");
}

TEST_CASE("a token file that holds no token is refused, with what to do") {
  const testing::temporary_folder folder;
  std::ofstream(folder.path() / "empty") << "\n";
  std::ofstream(folder.path() / "two") << "one two\n";
  CHECK_THROWS_WITH(read_or_make_token(folder.path() / "empty"), Catch::Contains("is empty: write a token"));
  CHECK_THROWS_WITH(read_or_make_token(folder.path() / "two"), Catch::Contains("more than one word"));
  CHECK_THROWS_WITH(read_or_make_token(folder.path()), Catch::Contains("the token file " + folder.path().string()));
}
