// capture: what crosses the running gate, as a pcapng file.
#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <iostream>

#include "proxy/cli/admin_client.h"
#include "proxy/cli/commands.h"
#include "proxy/cli/escapes.h"

namespace proxy {
namespace {

volatile std::sig_atomic_t interrupted = 0;

// The read that is under way is interrupted, and what has been written is whole.
void end_on_signals() {
  struct sigaction ends{};
  ends.sa_handler = [](int) { interrupted = 1; };
  for (const int signal : {SIGINT, SIGTERM})
    sigaction(signal, &ends, nullptr);
}

class capture_file {
 public:
  explicit capture_file(const std::filesystem::path& file)
      : name_(file == "-" ? "stdout" : file.string()),
        descriptor_(file == "-" ? STDOUT_FILENO : open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)) {
    if (descriptor_ < 0) fail();
  }
  ~capture_file() {
    if (descriptor_ > STDERR_FILENO) close(descriptor_);
  }
  capture_file(const capture_file&) = delete;
  capture_file& operator=(const capture_file&) = delete;

  // Only whole blocks go into the file: each has its length in its second word, little-endian.
  void add(std::string_view piece) {
    pending_ += piece;
    std::size_t whole = 0;
    while (pending_.size() - whole >= 8) {
      std::uint32_t length = 0;
      for (std::size_t i = 0; i < 4; ++i)
        length |= std::uint32_t{static_cast<std::uint8_t>(pending_[whole + 4 + i])} << (8 * i);
      if (length < 12) throw command_failed("the gate's answer is no pcapng file");
      if (pending_.size() - whole < length) break;
      packets_ += pending_[whole] == 6 ? 1 : 0;  // an enhanced packet
      whole += length;
    }
    write_all(std::string_view(pending_).substr(0, whole));
    pending_.erase(0, whole);
  }
  std::uint64_t packets() const { return packets_; }
  const std::string& name() const { return name_; }

 private:
  [[noreturn]] void fail() const {
    throw command_failed("cannot write " + name_ + ": " + std::generic_category().message(errno));
  }
  void write_all(std::string_view octets) {
    while (!octets.empty()) {
      const ssize_t written = ::write(descriptor_, octets.data(), octets.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail();
      octets.remove_prefix(static_cast<std::size_t>(written));
    }
  }

  std::string name_;
  int descriptor_;
  std::string pending_;
  std::uint64_t packets_ = 0;
};

}  // namespace

int capture_command(const common_options& o, const capture_order& order) {
  config c = read_config(o);
  if (!o.token_file.empty()) c.token_file = o.token_file;
  admin_client client(c, admin_client::without_gate::nothing);
  std::string target = "/v1/capture?seconds=" + std::to_string(order.seconds);
  target += order.number.empty() ? "&system_id=" + percent_encode(order.system_id)
                                 : "&number=" + percent_encode(order.number);
  if (order.unmasked) target += "&unmasked=true";
  std::optional<capture_file> file;
  end_on_signals();
  try {
    client.get_pieces(target, [&](std::string_view piece) {
      if (!file) file.emplace(order.file);  // what the gate refuses replaces no file
      file->add(piece);
    });
  } catch (const command_failed&) {
    if (interrupted == 0 || !file) throw;
  }
  if (file) std::cerr << file->packets() << " packets in " << file->name() << '\n';
  return 0;
}

}  // namespace proxy
