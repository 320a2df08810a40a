#include "store/huge_memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <new>
#include <utility>

namespace store {

huge_memory::huge_memory(std::size_t octets) : octets_(octets) {
  if (octets == 0) return;
  void* const mapped = mmap(nullptr, octets, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) throw std::bad_alloc();
  (void)madvise(mapped, octets, MADV_HUGEPAGE);  // a wish
  begin_ = mapped;
  released_ = std::make_unique<std::atomic<std::size_t>[]>((address() + octets) / page - address() / page + 1);
}

huge_memory::~huge_memory() {
  if (begin_ != nullptr) munmap(begin_, octets_);
}

huge_memory::huge_memory(huge_memory&& other) noexcept
    : begin_(std::exchange(other.begin_, nullptr)),
      octets_(std::exchange(other.octets_, 0)),
      released_(std::move(other.released_)) {}

huge_memory& huge_memory::operator=(huge_memory&& other) noexcept {
  std::swap(begin_, other.begin_);
  std::swap(octets_, other.octets_);
  std::swap(released_, other.released_);
  return *this;
}

void huge_memory::release(const void* from, std::size_t octets) {
  const auto first = reinterpret_cast<std::uintptr_t>(from), end = first + octets;
  for (std::uintptr_t p = first / page * page; p < end; p += page) {
    const std::uintptr_t begin_here = std::max(p, address()), end_here = std::min(p + page, address() + octets_);
    const std::size_t more = std::min(end, end_here) - std::max(first, begin_here);
    const std::size_t before = released_[p / page - address() / page].fetch_add(more);
    if (before + more == end_here - begin_here)
      (void)madvise(reinterpret_cast<void*>(begin_here), end_here - begin_here, MADV_DONTNEED);
  }
}

}  // namespace store
