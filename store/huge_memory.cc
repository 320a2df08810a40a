#include "store/huge_memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <new>
#include <utility>

namespace store {

huge_memory::huge_memory(std::size_t octets) : octets_(octets) {
  if (octets == 0) return;
  void* const mapped = mmap(nullptr, octets, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) throw std::bad_alloc();
  (void)madvise(mapped, octets, MADV_HUGEPAGE);  // a wish
  begin_ = mapped;
}

huge_memory::~huge_memory() {
  if (begin_ != nullptr) munmap(begin_, octets_);
}

huge_memory::huge_memory(huge_memory&& other) noexcept
    : begin_(std::exchange(other.begin_, nullptr)), octets_(std::exchange(other.octets_, 0)) {}

huge_memory& huge_memory::operator=(huge_memory&& other) noexcept {
  std::swap(begin_, other.begin_);
  std::swap(octets_, other.octets_);
  return *this;
}

void huge_memory::release(void* from, std::size_t octets) {
  const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  const auto first = (reinterpret_cast<std::uintptr_t>(from) + page - 1) / page * page;
  const auto end = (reinterpret_cast<std::uintptr_t>(from) + octets) / page * page;
  if (end > first) (void)madvise(reinterpret_cast<void*>(first), end - first, MADV_DONTNEED);
}

}  // namespace store
