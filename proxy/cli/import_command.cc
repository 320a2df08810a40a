#include <unistd.h>

#include <boost/json.hpp>
#include <cerrno>
#include <cstdio>
#include <iostream>

#include "proxy/cli/commands.h"
#include "proxy/cli/import_text.h"
#include "proxy/cli/rejects_file.h"
#include "proxy/cli/table.h"

namespace proxy {
namespace {

constexpr int partly_done = 3;

std::string shown(const boost::json::value& text) {
  return printable(std::string(text.as_string()));
}

// The progress bar, on a terminal only; what else is written there makes it go away first.
class bar {
 public:
  bar() = default;
  ~bar() { clear(); }
  bar(const bar&) = delete;
  bar& operator=(const bar&) = delete;

  void draw(const boost::json::object& report) {
    if (!terminal_) return;
    constexpr std::uint64_t width = 40;
    const std::uint64_t all = count(report, "octets");
    const std::uint64_t done = all == 0 ? width : std::min(width, count(report, "octets_read") * width / all);
    std::cerr << clear_line << '[' << std::string(done, '#') << std::string(width - done, ' ') << "] "
              << count(report, "rows") << " rows" << std::flush;
  }
  void clear() {
    if (terminal_) std::cerr << clear_line << std::flush;
  }

 private:
  static constexpr const char* clear_line = "\r\x1b[K";
  bool terminal_ = isatty(STDERR_FILENO) != 0;
};

void print_refused(std::string_view line) {
  const boost::json::value row = boost::json::parse(line);
  std::cerr << "line " << row.at("line") << " refused:\n";
  for (const auto& reason : row.at("reasons").as_array()) {
    std::cerr << "  " << shown(reason.at("field")) << ": " << shown(reason.at("message")) << '\n';
  }
}

// The refused rows of a report in JSON wait in a file: there may be millions.
class refused_rows {
 public:
  refused_rows() : file_(std::tmpfile(), &std::fclose) {
    if (file_ == nullptr) throw command_failed("cannot make a temporary file for the refused rows");
  }
  void add(std::string_view row) {
    if (!empty_) std::fputc(',', file_.get());
    empty_ = false;
    std::fwrite(row.data(), 1, row.size(), file_.get());
  }
  void print() {
    if (std::ferror(file_.get()) != 0 || std::fflush(file_.get()) != 0) {
      throw command_failed("the refused rows did not fit into a temporary file; the import itself is done");
    }
    (void)std::fseek(file_.get(), 0, SEEK_SET);
    std::vector<char> piece(std::size_t{64} * 1024);
    for (std::size_t n = 0; (n = std::fread(piece.data(), 1, piece.size(), file_.get())) > 0;) {
      std::cout.write(piece.data(), static_cast<std::streamsize>(n));
    }
  }

 private:
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
  bool empty_ = true;
};

void print_json(boost::json::object report, refused_rows& refused) {
  report.erase("refusals");
  const std::string rest = boost::json::serialize(report);
  std::cout << "{\"refusals\":[";
  refused.print();
  std::cout << "]," << rest.substr(1) << '\n';
}

void refuse_unreadable(const std::filesystem::path& file) {
  if (access(file.c_str(), R_OK) != 0)
    throw command_failed("cannot read " + file.string() + ": " + std::generic_category().message(errno));
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(file, ignored))
    throw command_failed("cannot read " + file.string() +
                         ": a file is needed, for it is read twice; no folder, no pipe");
}

}  // namespace

int import_command(const common_options& o, const import_order& order) {
  refuse_unreadable(order.file);
  std::optional<rejects_file> rejects;
  if (!order.rejects.empty()) rejects.emplace(order.rejects, order.file);
  bar progress_bar;
  refused_rows refused;
  desk::import_listener listener;
  listener.progress = [&](const boost::json::object& p) { progress_bar.draw(p); };
  listener.refused = [&](std::string_view line) {
    progress_bar.clear();
    o.json ? refused.add(line) : print_refused(line);
  };
  if (rejects) listener.rejects = [&](std::string_view octets) { rejects->append(octets); };
  const boost::json::object report = open_desk(o)->import(order, listener);
  progress_bar.clear();
  if (o.json)
    print_json(report, refused);
  else
    print_import(report);
  if (rejects) rejects->finish();
  return count(report, "refused") == 0 ? 0 : partly_done;
}

}  // namespace proxy
