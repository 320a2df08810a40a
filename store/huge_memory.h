// Memory for tables that are looked into at random: in pages of 2 MiB where the system has them, so that a look costs
// one miss and not a second one for the page's address.
#pragma once

#include <cstddef>

namespace store {

class huge_memory {
 public:
  huge_memory() = default;
  explicit huge_memory(std::size_t octets);  // zeros; throws std::bad_alloc
  ~huge_memory();
  huge_memory(huge_memory&& other) noexcept;
  huge_memory& operator=(huge_memory&& other) noexcept;

  void* begin() const { return begin_; }
  // What lies there is needed no more: the system takes back the pages that are wholly in it.
  static void release(void* from, std::size_t octets);

 private:
  void* begin_ = nullptr;
  std::size_t octets_ = 0;
};

}  // namespace store
