#include "proxy/tls/certificates.h"

#include <fstream>

#include "tests/unit/catch.h"
#include "tests/unit/temporary_folder.h"
#include "tests/unit/tls/made_certificates.h"

using proxy::named_file;

namespace {

constexpr int day = 86400;

// A configuration with one listener: the certificate is named at 1:1, the key at 1:2, the CA at 1:3.
struct one_listener {
  testing::temporary_folder folder;
  std::filesystem::path certificate = folder.path() / "gate.pem";
  std::filesystem::path private_key = folder.path() / "gate.key";
  std::filesystem::path ca = folder.path() / "ca.pem";
  proxy::config made;

  one_listener() {
    made.listen.at(0).tls = proxy::tls_config{named_file{certificate, 1, 1}, named_file{private_key, 1, 2}};
  }
  proxy::tls_config& tls() { return made.listen.at(0).tls.value(); }
  // "LINE:COLUMN: message" without the names of the files.
  std::vector<std::string> in_short(const std::vector<proxy::config_error>& list) const {
    std::vector<std::string> lines;
    for (const proxy::config_error& e : list) {
      std::string text = e.message;
      for (std::size_t at; (at = text.find(folder.path().string() + "/")) != std::string::npos;)
        text.erase(at, folder.path().string().size() + 1);
      lines.push_back(std::to_string(e.line) + ":" + std::to_string(e.column) + ": " + text);
    }
    return lines;
  }
  std::vector<std::string> errors() { return in_short(load_certificates(made)); }
};

void write(const std::filesystem::path& file, const std::string& text) {
  std::ofstream(file) << text;
}

}  // namespace

using lines = std::vector<std::string>;

TEST_CASE("a certificate with its key") {
  one_listener c;
  const testing::key key = testing::new_key();
  testing::write_key(c.private_key, key);
  testing::add_certificate(c.certificate, key, 100 * day);
  CHECK(c.errors().empty());
  CHECK(c.made.warnings.empty());
  REQUIRE(c.tls().context != nullptr);
  const std::vector<proxy::dated_file> files = certificate_files(c.made);
  REQUIRE(files.size() == 1);
  CHECK(files[0].path == c.certificate);
  const double days = days_left(files[0], std::chrono::system_clock::now());
  CHECK((days > 99.9 && days <= 100));
}

TEST_CASE("the first certificate of a file to expire counts, and each file once") {
  one_listener c;
  const testing::key key = testing::new_key();
  testing::write_key(c.private_key, key);
  testing::add_certificate(c.certificate, key, 100 * day);
  testing::add_certificate(c.certificate, testing::new_key(), 40 * day);
  c.made.upstreams.push_back({{"smsc.example", 1}, {}, {}, proxy::tls_config{{}, {}, named_file{c.certificate, 2, 1}}});
  CHECK(c.errors().empty());
  const std::vector<proxy::dated_file> files = certificate_files(c.made);
  REQUIRE(files.size() == 1);
  CHECK(days_left(files[0], std::chrono::system_clock::now()) < 40.1);
  CHECK(c.made.upstreams[0].tls.value().context->server_name() == "smsc.example");
}

TEST_CASE("files that cannot be used, each told where it is named") {
  one_listener c;
  const testing::key key = testing::new_key();
  c.tls().ca = named_file{c.ca, 1, 3};
  const std::string missing = "cannot be read: No such file or directory";
  CHECK(c.errors() == lines{"1:1: the certificate `gate.pem` " + missing, "1:2: the private key `gate.key` " + missing,
                            "1:3: the CA file `ca.pem` " + missing});
  CHECK(c.tls().context == nullptr);

  std::filesystem::create_directory(c.ca);
  write(c.certificate, "");
  write(c.private_key, "-----BEGIN PRIVATE KEY-----\nnonsense\n");
  std::filesystem::permissions(c.private_key, std::filesystem::perms::owner_all);
  CHECK(c.errors() ==
        lines{"1:1: the certificate `gate.pem` holds no certificate; it must be in PEM form (-----BEGIN "
              "CERTIFICATE-----)",
              "1:2: the private key `gate.key` holds no private key; it must be in PEM form (-----BEGIN PRIVATE "
              "KEY-----)",
              "1:3: the CA file `ca.pem` cannot be read: it is a folder"});

  c.tls().ca.reset();
  testing::write_key(c.private_key, testing::new_key());
  testing::add_certificate(c.certificate, key, day);
  CHECK(c.errors() == lines{"1:2: the private key `gate.key` is not the key of the first certificate in `gate.pem`"});

  testing::write_key(c.private_key, key);
  std::ofstream(c.certificate, std::ios::app) << "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  REQUIRE(c.errors().size() == 1);
  CHECK(c.errors()[0].starts_with("1:1: the certificate `gate.pem` holds a broken certificate"));
}

TEST_CASE("what is doubtful") {
  one_listener c;
  const testing::key key = testing::new_key();
  testing::write_key(c.private_key, key);
  testing::add_certificate(c.certificate, key, 10 * day + 60);
  CHECK(c.errors().empty());
  CHECK(c.in_short(c.made.warnings) == lines{"1:1: the certificate `gate.pem` expires in 10 days; renew it"});

  std::filesystem::remove(c.certificate);
  testing::add_certificate(c.certificate, key, -day);
  std::filesystem::permissions(c.private_key, std::filesystem::perms::others_read, std::filesystem::perm_options::add);
  c.made.warnings.clear();
  CHECK(c.errors().empty());
  CHECK(c.in_short(c.made.warnings) ==
        lines{"1:1: the certificate `gate.pem` has expired: peers refuse it; put a new one in its place",
              "1:2: the private key `gate.key` can be read by everybody on this machine; chmod o-r it"});
}

TEST_CASE("an upstream is asked for by name, unless it is an address") {
  proxy::config c;
  c.upstreams.push_back({{"192.0.2.1", 1}, {}, {}, proxy::tls_config{}});
  c.upstreams.push_back({{"2001:db8::1", 1}, {}, {}, proxy::tls_config{{}, {}, {}, "smsc.example"}});
  CHECK(load_certificates(c).empty());
  CHECK(c.upstreams[0].tls.value().context->server_name().empty());
  CHECK(c.upstreams[1].tls.value().context->server_name() == "smsc.example");
  CHECK(certificate_files(c).empty());
}
