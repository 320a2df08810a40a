// hash-password: what `credentials` of the configuration holds of a sender's password.
#include <termios.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <iostream>

#include "proxy/cli/commands.h"
#include "proxy/credentials/password_hash.h"

namespace proxy {
namespace {

constexpr std::size_t longest = 8;  // of the field password (SMPP 3.4, 5.2.2)

// What is typed is not shown, as long as it lives.
class silence {
 public:
  silence() {
    if (tcgetattr(STDIN_FILENO, &before_) != 0) return;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    silenced_ = tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) == 0;
  }
  ~silence() {
    if (silenced_) tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }
  silence(const silence&) = delete;
  silence& operator=(const silence&) = delete;

 private:
  termios before_{};
  bool silenced_ = false;
};

std::string read_line() {
  std::string line;
  if (!std::getline(std::cin, line)) throw command_failed("no password; give it on the first line of stdin");
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

std::string ask(const char* question) {
  std::cerr << question << std::flush;
  const std::string said = read_line();
  std::cerr << '\n';
  return said;
}

std::string read_password() {
  if (isatty(STDIN_FILENO) == 0) return read_line();
  const silence quiet;
  const std::string password = ask("Password: ");
  if (ask("The same again: ") != password) throw command_failed("the two differ; nothing is hashed");
  return password;
}

}  // namespace

int hash_password_command(const common_options& o) {
  const std::string password = read_password();
  if (password.empty()) throw command_failed("the password is empty");
  if (password.find('\0') != std::string::npos) throw command_failed("a password of SMPP has no NUL in it");
  if (password.size() > longest)
    std::cerr << "consentgate: longer than the " << longest << " octets of SMPP: not every sender can send it\n";
  const std::string hash = to_string(hash_password(password));
  if (o.json) {
    std::cout << boost::json::object{{"password_hash", hash}} << '\n';
  } else {
    std::cout << hash << '\n';
  }
  return 0;
}

}  // namespace proxy
