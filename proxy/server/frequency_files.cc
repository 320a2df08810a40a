#include "proxy/server/frequency_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <system_error>

#include "proxy/observe/log.h"
#include "proxy/rules/holiday.h"
#include "store/bytes.h"
#include "store/instant.h"

namespace proxy {
namespace {

using namespace std::chrono;

constexpr std::size_t record_octets = 36;
constexpr seconds write_interval{1};
constexpr days longest_window_there_is{92};  // that the configuration may ask for

// Stands for the sender's name in a record.
std::uint64_t tag_of(const std::string& sender) {
  store::sha256 hash;
  const store::digest256 digest = hash.add(sender).finish();
  return store::byte_reader({reinterpret_cast<const char*>(digest.data()), digest.size()}).fixed64();
}

void append(store::byte_writer& out, std::uint64_t sender, const frequency_record& r) {
  out.fixed64(sender);
  out.fixed64(r.who);
  out.fixed64(r.place);
  out.fixed64(r.at);
  out.octet(static_cast<std::uint8_t>(r.message.reference));
  out.octet(static_cast<std::uint8_t>(r.message.reference >> 8U));
  out.octet(r.message.total);
  out.octet(r.taken_back ? 1 : 0);
}

frequency_record record_in(store::byte_reader& in) {
  frequency_record r;
  r.who = in.fixed64();
  r.place = in.fixed64();
  r.at = static_cast<std::uint32_t>(in.fixed64());
  r.message.reference = in.octet();
  r.message.reference = static_cast<std::uint16_t>(r.message.reference | in.octet() << 8U);
  r.message.total = in.octet();
  r.taken_back = in.octet() != 0;
  return r;
}

std::string file_name(sys_days day) {
  const year_month_day date{day};
  char name[32];
  std::snprintf(name, sizeof name, "%04d-%02u-%02u", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()));
  return name;
}

sys_days today() {
  return floor<days>(store::now());
}

// The whole text at the end of the file; nothing of it stays when it cannot be written whole, so that records stay in
// their places.
bool append_to(const std::filesystem::path& file, const std::string& text) {
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0) return false;
  const off_t end = ::lseek(fd, 0, SEEK_END);
  const off_t whole = end - end % static_cast<off_t>(record_octets);  // a record that was cut off by the power
  bool good = end >= 0 && (whole == end || ::ftruncate(fd, whole) == 0);
  std::size_t done = 0;
  while (good && done < text.size()) {
    const ssize_t written = ::write(fd, text.data() + done, text.size() - done);
    good = written > 0;
    done += good ? static_cast<std::size_t>(written) : 0;
  }
  const int why = errno;
  if (!good && end >= 0 && ::ftruncate(fd, whole) != 0) good = false;
  ::close(fd);
  errno = why;
  return good;
}

seconds longest_window(const config& c) {
  seconds longest{0};
  for (const sender_config& s : c.senders) {
    if (s.rules.frequency_cap != rule_mode::off) longest = std::max(longest, s.rules.cap.per);
  }
  return longest;
}

// Those of days, in their order.
std::vector<std::filesystem::path> day_files(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    if (read_date(entry.path().filename().string())) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

}  // namespace

frequency_files::frequency_files(std::filesystem::path folder, const config& c) : folder_(std::move(folder)) {
  const auto known = store::read_secret(folder_ / "key");
  const auto* why = std::get_if<store::failure>(&known);
  writable_ = why == nullptr;
  if (!writable_) log(log_level::error, "no cap knows what was sent before a start", {{"error", why->message}});
  const auto* key = std::get_if<std::optional<std::string>>(&known);
  const bool there = key != nullptr && key->has_value();
  key_ = there ? **key : store::random_hexadecimal(32);
  memory_ = std::make_shared<message_memory>(key_);
  remove_old();
  const std::string first = file_name(today() - ceil<days>(longest_window(c)));
  for (const auto& file : day_files(folder_)) {
    if (there && file.filename().string() >= first) read(file, c);
  }
  writer_ = std::thread([this] {
    std::unique_lock lock(mutex_);
    while (!stop_.wait_for(lock, write_interval, [this] { return stopping_; }))
      write();
    write();
  });
}

frequency_files::~frequency_files() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stop_.notify_one();
  writer_.join();
}

void frequency_files::read(const std::filesystem::path& file, const config& c) {
  std::map<std::uint64_t, std::shared_ptr<frequency_memory>> by_tag;
  for (const sender_config& s : c.senders) {
    if (s.rules.frequency_cap != rule_mode::off) by_tag.emplace(tag_of(s.name), memory_->frequency_of(s.name));
  }
  std::ifstream in(file, std::ios::binary);
  std::string octets(record_octets * 4096, '\0');
  while (in) {
    in.read(octets.data(), static_cast<std::streamsize>(octets.size()));
    std::string_view rest(octets.data(), static_cast<std::size_t>(in.gcount()));
    for (; rest.size() >= record_octets; rest.remove_prefix(record_octets)) {
      store::byte_reader one(rest.substr(0, record_octets));
      if (const auto of = by_tag.find(one.fixed64()); of != by_tag.end()) of->second->restore(record_in(one));
    }
  }
}

void frequency_files::write() {
  store::byte_writer out;
  memory_->for_each([&](const std::string& sender, frequency_memory& m) {
    const std::uint64_t tag = tag_of(sender);
    for (const frequency_record& r : m.take_changes())
      append(out, tag, r);
  });
  const std::string text = out.take();
  if (text.empty() || !writable_) return;
  std::error_code ec;
  const std::filesystem::path key_file = folder_ / "key";
  if (!std::filesystem::exists(key_file, ec)) {
    std::filesystem::create_directories(folder_, ec);
    if (const auto why = store::write_secret(key_file, key_)) {
      if (!std::exchange(failed_, true))
        log(log_level::error, "what is sent is not counted after a restart", {{"error", why->message}});
      return;
    }
  }
  const std::filesystem::path file = folder_ / file_name(today());
  if (!std::filesystem::exists(file, ec)) remove_old();
  const bool written = append_to(file, text);
  if (!written && !failed_)
    log(log_level::error, "what is sent is not counted after a restart",
        {{"folder", folder_.string()}, {"error", std::generic_category().message(errno)}});
  failed_ = !written;
}

void frequency_files::remove_old() {
  const std::string first = file_name(today() - longest_window_there_is - days{1});
  for (const auto& file : day_files(folder_)) {
    if (file.filename().string() >= first) continue;
    std::error_code ignored;
    std::filesystem::remove(file, ignored);
  }
}

}  // namespace proxy
