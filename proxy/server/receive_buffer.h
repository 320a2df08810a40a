// Octets read from a socket and not yet taken: PDUs are parsed where they were read.
#pragma once

#include <algorithm>
#include <cstring>
#include <span>
#include <vector>

#include "smpp/pdu.h"

namespace proxy {

class receive_buffer {
 public:
  smpp::octets pending() const { return {storage_.data() + begin_, end_ - begin_}; }
  bool empty() const { return begin_ == end_; }

  // Moves nothing: a read into room() may be under way.
  void consume(std::size_t octets) { begin_ += octets; }

  // Room to read into, valid until the next call; grows with what is pending up to `most` octets in all. Empty when
  // there is no more.
  std::span<std::uint8_t> room(std::size_t most) {
    if (begin_ == end_) begin_ = end_ = 0;
    if (begin_ > 0 && storage_.size() - end_ < smallest_read) {
      std::memmove(storage_.data(), storage_.data() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    }
    if (storage_.size() - end_ < smallest_read) {
      const std::size_t wanted = std::max(smallest, storage_.size() * 2);
      storage_.resize(std::max(storage_.size(), std::min(wanted, most)));
    }
    return {storage_.data() + end_, storage_.size() - end_};
  }
  void commit(std::size_t octets) { end_ += octets; }

 private:
  static constexpr std::size_t smallest = std::size_t{16} * 1024;
  static constexpr std::size_t smallest_read = std::size_t{2} * 1024;

  std::vector<std::uint8_t> storage_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace proxy
