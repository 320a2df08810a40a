#include "proxy/credentials/password_hash.h"

#include "tests/unit/catch.h"

using namespace proxy;

namespace {

password_hash read(const std::string& text) {
  auto result = read_password_hash(text);
  if (const auto* why = std::get_if<std::string>(&result)) UNSCOPED_INFO(*why);
  REQUIRE(std::holds_alternative<password_hash>(result));
  return std::get<password_hash>(std::move(result));
}

bool is_wrong(const std::string& text) {
  return std::holds_alternative<std::string>(read_password_hash(text));
}

// Made by Python's hashlib.scrypt and base64; the second is of RFC 7914.
const std::string of_secret =
    "$scrypt$ln=15,r=8,p=1$MDEyMzQ1Njc4OWFiY2RlZg$Nui/98EKsTl3DyaSIPz3SvARe0YqUtfUVkX8cfjqvTY";
const std::string of_the_rfc =
    "$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf046/"
    "2o+7qQT44+qbVD9lRdofLVQylVYT8Pz2LUlwUkKpr55h6F3A1lHkDfzwF7RVdYhw";
const std::string of_sesame = "$scrypt$ln=10,r=8,p=2$AAECAwQFBgc$5gAfHmgg3T3+WjJM50q8U5c+jjo";

}  // namespace

TEST_CASE("hashes that others made") {
  for (const auto& [hash, password] :
       {std::pair(of_secret, std::string("secret")), std::pair(of_the_rfc, std::string("pleaseletmein")),
        std::pair(of_sesame, std::string("s\u00e9same"))}) {
    CHECK(matches(read(hash), password));
    CHECK_FALSE(matches(read(hash), password + " "));
    CHECK_FALSE(matches(read(hash), password.substr(1)));
    CHECK_FALSE(matches(read(hash), ""));
    CHECK(to_string(read(hash)) == hash);
  }
}

TEST_CASE("a hash is read as it was written, and no two are the same") {
  const password_hash a = hash_password("secret"), b = hash_password("secret");
  CHECK(a.salt != b.salt);
  CHECK(a.key != b.key);
  CHECK(read(to_string(a)) == a);
  CHECK(matches(read(to_string(a)), "secret"));
  CHECK(to_string(a).find("secret") == std::string::npos);
}

TEST_CASE("what stands in for a hash is one that takes as long, and that nothing matches") {
  const password_hash h = read(of_sesame), other = stand_in_for(h);
  CHECK(other.log2_n == h.log2_n);
  CHECK(other.r == h.r);
  CHECK(other.p == h.p);
  CHECK(other.salt != h.salt);
  CHECK(other.key.size() == h.key.size());
  CHECK_FALSE(matches(other, "s\u00e9same"));
}

TEST_CASE("what is no hash of a password") {
  for (const char* text :
       {"", "secret", "$scrypt$", "$scrypt$ln=15,r=8,p=1", "$2b$12$abcdefghijklmnopqrstuu",
        "$scrypt$ln=15,r=8,p=1$MDEyMzQ1Njc4OWFiY2RlZg", "$scrypt$r=8,ln=15,p=1$MDEyMzQ1Njc4OWFiY2RlZg$"})
    CHECK(is_wrong(text));
  const auto with = [](const std::string& what, const std::string& instead) {
    std::string text = of_secret;
    return text.replace(text.find(what), what.size(), instead);
  };
  CHECK_FALSE(is_wrong(with("ln=15", "ln=10")));
  for (const char* n : {"ln=0", "ln=9", "ln=25", "ln=99999999999", "ln=-15", "ln=", "ln=19", "n=15", "ln=15 "})
    CHECK(is_wrong(with("ln=15", n)));
  CHECK_FALSE(is_wrong(with("r=8", "r=16")));
  CHECK(is_wrong(with("r=8", "r=0")));
  CHECK(is_wrong(with("r=8", "r=65")));
  CHECK(is_wrong(with("p=1", "p=65")));
  CHECK(is_wrong(with("$MDEy", "$M!Ey")));
  CHECK(is_wrong(with("$MDEyMzQ1Njc4OWFiY2RlZg", "$MDEyMzQ1Ng")));  // a salt of 7 octets
  CHECK(is_wrong(with("$MDEyMzQ1Njc4OWFiY2RlZg", "$MDEyMzQ1Njc4OWFiY2RlZ")));
  CHECK(is_wrong(of_secret + "="));
  CHECK(is_wrong(of_secret + "$"));
}
