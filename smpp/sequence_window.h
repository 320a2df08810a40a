// The requests in flight on one leg in one direction, by the sequence_number the gate gave them (5.1.4).
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace smpp {

// Each sequence_number has one place, its low bits: a number whose place is taken by a straggler is passed over. So
// add, find and erase cost one look whatever the window, answers may come in any order, and once grown to the window in
// use it allocates no more. Entry is cheap to copy.
template <typename Entry>
class sequence_window {
 public:
  static constexpr std::uint32_t first = 0x00000001;
  static constexpr std::uint32_t last = 0x7FFFFFFF;

  sequence_window() = default;
  // The first request gets `next`, which is between first and last.
  explicit sequence_window(std::uint32_t next) : next_(next) {}

  // Gives the request the next free sequence_number (1 to 0x7FFFFFFF, wrapping) and remembers the entry under it.
  std::uint32_t add(const Entry& entry) {
    const auto [sequence_number, place] = add();
    place = entry;
    return sequence_number;
  }
  // The same, the entry to be filled in where it stands until the next add or erase: it holds what was there before.
  std::pair<std::uint32_t, Entry&> add() {
    if ((size_ + 1) * 2 > slots_.size()) grow();
    while (at(next_).sequence_number != 0)
      advance();
    slot& s = at(next_);
    s.sequence_number = next_;
    ++size_;
    advance();
    return {s.sequence_number, s.entry};
  }

  // The entry in flight under this number, or nullptr. Valid until the next add or erase.
  Entry* find(std::uint32_t sequence_number) {
    if (size_ == 0 || sequence_number == 0) return nullptr;
    slot& s = at(sequence_number);
    return s.sequence_number == sequence_number ? &s.entry : nullptr;
  }

  // Removes what is in flight under this number. Nothing happens when there is none.
  void erase(std::uint32_t sequence_number) {
    if (find(sequence_number) == nullptr) return;
    at(sequence_number).sequence_number = 0;
    --size_;
  }

  // Forgets all; the numbers go on from where they were.
  void clear() {
    for (slot& s : slots_)
      s.sequence_number = 0;
    size_ = 0;
  }

  // Calls visit(sequence_number, entry) for each request in flight, in no order. The visitor must not change the
  // window.
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

  slot& at(std::uint32_t sequence_number) { return slots_[sequence_number & (slots_.size() - 1)]; }
  void advance() { next_ = next_ == last ? first : next_ + 1; }

  // Numbers with different low bits have different low bits in a larger table.
  void grow() {
    std::vector<slot> old(slots_.empty() ? 16 : slots_.size() * 2);
    old.swap(slots_);
    for (const slot& s : old) {
      if (s.sequence_number != 0) at(s.sequence_number) = s;
    }
  }

  std::vector<slot> slots_;  // a power of two of them
  std::size_t size_ = 0;
  std::uint32_t next_ = first;
};

}  // namespace smpp
