// Memory for tables that are looked into at random: in pages of 2 MiB where the system has them, so that a look costs
// one miss and not a second one for the page's address.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace store {

class huge_memory {
 public:
  huge_memory() = default;
  explicit huge_memory(std::size_t octets);  // zeros; throws std::bad_alloc
  ~huge_memory();
  huge_memory(huge_memory&& other) noexcept;
  huge_memory& operator=(huge_memory&& other) noexcept;

  void* begin() const { return begin_; }
  // What lies there is needed no more, from any thread and once. A page goes back to the system when nothing in it is
  // needed: given back in part, it would fall apart into small ones.
  void release(const void* from, std::size_t octets);

 private:
  static constexpr std::uintptr_t page = std::uintptr_t{2} << 20U;

  std::uintptr_t address() const { return reinterpret_cast<std::uintptr_t>(begin_); }

  void* begin_ = nullptr;
  std::size_t octets_ = 0;
  std::unique_ptr<std::atomic<std::size_t>[]> released_;  // octets of each page
};

}  // namespace store
