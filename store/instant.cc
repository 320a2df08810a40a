#include "store/instant.h"

#include <cstdio>

namespace store {
namespace {

using namespace std::chrono;

// Walks over a text; any step that does not fit makes it fail for good.
class scanner {
 public:
  explicit scanner(std::string_view text) : rest_(text) {}

  int digits(std::size_t count) {
    int value = 0;
    if (rest_.size() < count) failed_ = true;
    for (std::size_t i = 0; i < count && !failed_; ++i)
      value = value * 10 + next_digit();
    return value;
  }

  char one_of(std::string_view allowed) {
    if (rest_.empty() || allowed.find(rest_.front()) == std::string_view::npos) failed_ = true;
    if (failed_) return '\0';
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }

  bool skip(char c) {
    if (failed_ || rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool at_digit() const { return !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; }
  bool at_end() const { return rest_.empty(); }
  bool failed() const { return failed_; }

 private:
  int next_digit() {
    if (!at_digit()) {
      failed_ = true;
      return 0;
    }
    const int value = rest_.front() - '0';
    rest_.remove_prefix(1);
    return value;
  }

  std::string_view rest_;
  bool failed_ = false;
};

// ".123456789": what is finer than a microsecond is cut off.
microseconds read_fraction(scanner& in) {
  microseconds value{0};
  if (!in.skip('.')) return value;
  int unit = 100'000;
  do {
    value += microseconds{in.digits(1) * unit};
    unit /= 10;
  } while (in.at_digit());
  return value;
}

std::optional<minutes> read_offset(scanner& in) {
  const char sign = in.one_of("Zz+-");
  if (sign == 'Z' || sign == 'z') return minutes{0};
  const int hour = in.digits(2);
  in.one_of(":");
  const int minute = in.digits(2);
  if (in.failed() || hour > 23 || minute > 59) return std::nullopt;
  const minutes offset = hours{hour} + minutes{minute};
  return sign == '-' ? -offset : offset;
}

}  // namespace

std::optional<written_time> read_time(std::string_view text) {
  scanner in(text);
  const year y{in.digits(4)};
  in.one_of("-");
  const month m{static_cast<unsigned>(in.digits(2))};
  in.one_of("-");
  const day d{static_cast<unsigned>(in.digits(2))};
  if (in.failed() || !(y / m / d).ok()) return std::nullopt;
  const instant midnight = sys_days{y / m / d};
  if (in.at_end()) return written_time{midnight, midnight + days{1} - microseconds{1}};

  in.one_of("Tt ");
  const int hour = in.digits(2);
  in.one_of(":");
  const int minute = in.digits(2);
  in.one_of(":");
  const int second = in.digits(2);  // 60 is a leap second: the next one's beginning
  const microseconds fraction = read_fraction(in);
  const auto offset = read_offset(in);
  if (in.failed() || !in.at_end() || !offset || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  const instant t = midnight + hours{hour} + minutes{minute} + seconds{second} + fraction - *offset;
  return written_time{t, t};
}

std::string to_string(instant t) {
  const auto midnight = floor<days>(t);
  const year_month_day date{midnight};
  const hh_mm_ss time{t - midnight};
  char out[64];
  int length = std::snprintf(out, sizeof out, "%04d-%02u-%02uT%02d:%02d:%02d", static_cast<int>(date.year()),
                             static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                             static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                             static_cast<int>(time.seconds().count()));
  std::string text(out, static_cast<std::size_t>(length));
  if (time.subseconds().count() != 0) {
    length = std::snprintf(out, sizeof out, ".%06d", static_cast<int>(time.subseconds().count()));
    text.append(out, static_cast<std::size_t>(length));
  }
  return text + 'Z';
}

instant now() {
  return floor<microseconds>(system_clock::now());
}

}  // namespace store
