// The requests in flight on one leg in one direction, by the sequence_number the gate gave them (5.1.4).
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace smpp {

// An open-addressing table over consecutive sequence numbers: answers may come in any order, a straggler costs one slot, and once
// grown to the window in use it allocates no more. Entry is cheap to copy.
template <typename Entry>
class sequence_window {
 public:
  static constexpr std::uint32_t first = 0x00000001;
  static constexpr std::uint32_t last = 0x7FFFFFFF;

  // Gives the request the next free sequence_number (1 to 0x7FFFFFFF, wrapping) and remembers the entry under it.
  std::uint32_t add(const Entry& entry) {
    if ((size_ + 1) * 2 > slots_.size()) grow();
    while (find(next_) != nullptr) advance();
    const std::uint32_t sequence_number = next_;
    insert(sequence_number, entry);
    advance();
    return sequence_number;
  }

  // The entry in flight under this number, or nullptr. Valid until the next add or take.
  Entry* find(std::uint32_t sequence_number) {
    if (size_ == 0) return nullptr;
    for (std::size_t at = sequence_number & mask(); slots_[at].sequence_number != 0; at = (at + 1) & mask()) {
      if (slots_[at].sequence_number == sequence_number) return &slots_[at].entry;
    }
    return nullptr;
  }

  // Removes what is in flight under this number. Nothing happens when there is none.
  void erase(std::uint32_t sequence_number) {
    if (size_ == 0 || sequence_number == 0) return;
    std::size_t at = sequence_number & mask();
    while (slots_[at].sequence_number != sequence_number) {
      if (slots_[at].sequence_number == 0) return;
      at = (at + 1) & mask();
    }
    --size_;
    // Close the gap, so that no probe sequence is cut.
    for (std::size_t next = (at + 1) & mask(); slots_[next].sequence_number != 0; next = (next + 1) & mask()) {
      const std::size_t home = slots_[next].sequence_number & mask();
      if (((next - home) & mask()) >= ((next - at) & mask())) {
        slots_[at] = slots_[next];
        at = next;
      }
    }
    slots_[at].sequence_number = 0;
  }

  // Calls visit(sequence_number, entry) for each request in flight, in no order. The visitor must not change the window.
  template <typename Visitor>
  void for_each(Visitor&& visit) const {
    for (const slot& s : slots_) {
      if (s.sequence_number != 0) visit(s.sequence_number, s.entry);
    }
  }

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

 private:
  struct slot {
    std::uint32_t sequence_number = 0;  // 0: free
    Entry entry{};
  };

  std::size_t mask() const { return slots_.size() - 1; }
  void advance() { next_ = next_ == last ? first : next_ + 1; }

  void insert(std::uint32_t sequence_number, const Entry& entry) {
    std::size_t at = sequence_number & mask();
    while (slots_[at].sequence_number != 0) at = (at + 1) & mask();
    slots_[at] = {sequence_number, entry};
    ++size_;
  }

  void grow() {
    std::vector<slot> old(slots_.empty() ? 16 : slots_.size() * 2);
    old.swap(slots_);
    size_ = 0;
    for (const slot& s : old) {
      if (s.sequence_number != 0) insert(s.sequence_number, s.entry);
    }
  }

  std::vector<slot> slots_;
  std::size_t size_ = 0;
  std::uint32_t next_ = first;
};

}  // namespace smpp
