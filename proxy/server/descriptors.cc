#include "proxy/server/descriptors.h"

#include <sys/resource.h>

#include <algorithm>
#include <limits>

namespace proxy {
namespace {

// RocksDB opens at most 512 files (store/database.cc), the admin API 256 connections and their uploads.
constexpr std::size_t kept_back = 1000;

}  // namespace

std::size_t connections_within(std::size_t limit) {
  return std::max<std::size_t>((limit - std::min(kept_back, limit / 2)) / 2, 1);
}

std::size_t connections_that_fit() {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return std::numeric_limits<std::size_t>::max();
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  return connections_within(files.rlim_cur);
}

}  // namespace proxy
