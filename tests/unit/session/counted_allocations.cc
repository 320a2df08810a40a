// Alone in its file: the compiler must not see that these end in malloc() where they are used.
#include "tests/unit/session/counted_allocations.h"

#include <cstdlib>
#include <new>

namespace {

thread_local bool counting = false;
thread_local std::size_t allocations = 0;

void count() {
  if (counting) ++allocations;
}

}  // namespace

namespace testing {

counted_allocations::counted_allocations() {
  allocations = 0;
  counting = true;
}
counted_allocations::~counted_allocations() {
  counting = false;
}
std::size_t counted_allocations::seen() {
  return allocations;
}

}  // namespace testing

// Every form of `new` that is not replaced here ends in these. The one that does not throw would, too, but not under
// AddressSanitizer, which has one of its own and would find that another `delete` has freed it.
void* operator new(std::size_t octets) {
  count();
  if (void* const made = std::malloc(octets)) return made;
  throw std::bad_alloc();
}
void* operator new(std::size_t octets, std::align_val_t alignment) {
  count();
  const auto each = static_cast<std::size_t>(alignment);
  if (void* const made = std::aligned_alloc(each, (octets + each - 1) / each * each)) return made;
  throw std::bad_alloc();
}
void* operator new(std::size_t octets, const std::nothrow_t&) noexcept {
  count();
  return std::malloc(octets);
}
void operator delete(void* p) noexcept {
  std::free(p);
}
void operator delete(void* p, std::size_t) noexcept {
  std::free(p);
}
void operator delete(void* p, std::align_val_t) noexcept {
  std::free(p);
}
void operator delete(void* p, std::size_t, std::align_val_t) noexcept {
  std::free(p);
}
