// Source addresses as senders list them and as messages carry them: two spellings of one address find the same entry,
// so that nobody borrows an address by writing it with a plus sign, in capitals or with another type_of_number.
#pragma once

#include <array>
#include <boost/container/small_vector.hpp>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "smpp/message.h"
#include "store/number.h"

namespace proxy {

// An address without what two spellings may differ in: white space, control characters, dots, hyphens and parentheses
// are dropped, letters are made small, and what starts with + or the international prefix loses it when only digits
// follow. Only one that is longer than the specification allows asks for memory.
class spelling {
 public:
  spelling(std::string_view address, const store::numbering_plan& plan);
  std::string_view view() const { return {plain_.data() + begin_, plain_.size() - begin_}; }

 private:
  boost::container::small_vector<char, 64> plain_;
  std::size_t begin_ = 0;
};

constexpr store::number_kind kind_of(std::uint8_t type_of_number) {
  switch (type_of_number) {
    case smpp::ton::international:
      return store::number_kind::international;
    case smpp::ton::national:
      return store::number_kind::national;
    default:
      return store::number_kind::unknown;
  }
}

template <typename Value>
class address_book {
 public:
  explicit address_book(store::numbering_plan plan) : plan_(std::move(plan)) {}

  // The entry of an address as the configuration writes it.
  void add(std::string_view address, const std::function<void(Value&)>& change) {
    change(by_spelling_[std::string(spelling(address, plan_).view())]);
    if (const auto n = store::read_number(address, store::number_kind::unknown, plan_)) change(by_number_[n->digits]);
  }

  // What is entered under this address as a message carries it, by its plain spelling or as the number it reads as.
  std::array<const Value*, 2> find(const smpp::address& a) const {
    std::array<const Value*, 2> found{};
    if (by_spelling_.empty()) return found;
    if (const auto it = by_spelling_.find(spelling(a.text, plan_).view()); it != by_spelling_.end())
      found[0] = &it->second;
    if (by_number_.empty()) return found;
    if (const auto n = store::read_number(a.text, kind_of(a.ton), plan_)) {
      if (const auto it = by_number_.find(n->digits); it != by_number_.end()) found[1] = &it->second;
    }
    return found;
  }

 private:
  struct text_hash : std::hash<std::string_view> {
    using is_transparent = void;
  };

  store::numbering_plan plan_;
  std::unordered_map<std::string, Value, text_hash, std::equal_to<>> by_spelling_;
  std::unordered_map<std::uint64_t, Value> by_number_;
};

}  // namespace proxy
