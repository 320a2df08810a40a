#include "proxy/observe/process_metrics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

namespace proxy {
namespace {

prometheus::MetricFamily family(const char* name, const char* help, prometheus::MetricType type, double value) {
  prometheus::ClientMetric metric;
  if (type == prometheus::MetricType::Counter) {
    metric.counter.value = value;
  } else {
    metric.gauge.value = value;
  }
  return {name, help, type, {metric}};
}

// The fields of /proc/self/stat from the third on: the second, the program's name, may hold spaces.
std::vector<std::string> stat_fields() {
  std::ifstream file("/proc/self/stat");
  std::string line;
  std::getline(file, line);
  const std::size_t after_name = line.rfind(')');
  if (after_name == std::string::npos) return {};
  std::istringstream rest(line.substr(after_name + 1));
  return {std::istream_iterator<std::string>(rest), {}};
}

double boot_time() {
  std::ifstream file("/proc/stat");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("btime ")) return std::stod(line.substr(6));
  }
  return 0;
}

double open_file_descriptors() {
  std::error_code failed;
  const std::filesystem::directory_iterator folder("/proc/self/fd", failed);
  if (failed) return 0;
  return static_cast<double>(std::distance(begin(folder), end(folder)));
}

}  // namespace

std::vector<prometheus::MetricFamily> process_metrics() {
  // proc(5): fields 14 and 15 are user and system ticks, 22 the start in ticks, 23 virtual bytes, 24 resident pages.
  constexpr std::size_t utime = 11, stime = 12, starttime = 19, vsize = 20, rss = 21;
  const std::vector<std::string> stat = stat_fields();
  if (stat.size() <= rss) return {};
  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);

  using enum prometheus::MetricType;
  return {
      family("process_cpu_seconds_total", "User and system CPU time spent", Counter,
             (std::stod(stat[utime]) + std::stod(stat[stime])) / ticks),
      family("process_resident_memory_bytes", "Resident memory", Gauge,
             std::stod(stat[rss]) * static_cast<double>(sysconf(_SC_PAGESIZE))),
      family("process_virtual_memory_bytes", "Virtual memory", Gauge, std::stod(stat[vsize])),
      family("process_start_time_seconds", "Start of the process, seconds since 1970", Gauge,
             boot_time() + std::stod(stat[starttime]) / ticks),
      family("process_open_fds", "Open file descriptors", Gauge, open_file_descriptors()),
      family("process_max_fds", "Limit of open file descriptors", Gauge, static_cast<double>(files.rlim_cur)),
  };
}

}  // namespace proxy
