// Who wrote to whom lately: for an address that several senders use, through which of them a person was written to in
// the last 30 days. A table of fixed size that holds keyed hashes alone. Where it had to forget something early it
// knows that it did, and then answers that it does not know.
#pragma once

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/instant.h"
#include "store/number.h"
#include "store/sha256.h"

namespace store {

// One sender's use of one address. Never 0, which stands for an address that nobody shares.
using channel_id = std::uint32_t;

// Any thread, without locks.
class correspondence {
 public:
  static constexpr std::chrono::hours remembered_for{24 * 30};       // to the hour
  static constexpr std::size_t usual_lines = std::size_t{1} << 21U;  // 128 MiB, of which what is not used costs nothing
  static constexpr std::size_t channels_a_line = 7;

  // `lines` is a power of two, 64 at least.
  explicit correspondence(hmac_sha256 key, std::size_t lines = usual_lines);

  channel_id channel_of(std::string_view address, std::string_view sender) const;

  // True when something has changed that take_changed() will give.
  bool wrote(number to, channel_id through, instant at);
  // Those of the channels through which the number was written to lately. Nothing: it is not known.
  std::vector<channel_id> used(number to, std::span<const channel_id> among, instant now) const;
  void forget(number who);

  // --- for the disk: one thread ---
  struct line {
    std::uint32_t place = 0;
    std::string octets;
  };
  std::vector<line> take_changed();
  void not_written(const std::vector<line>& taken);  // take_changed() gives them again
  // False when it cannot be a line of this table.
  bool load(const line& l);

 private:
  // A line of the processor's cache: a word that says until when something may be missing, and seven with a number's
  // tag, a channel and the hour in which it was used last.
  static constexpr std::size_t words = 8;
  struct place;
  place place_of(number who) const;
  std::span<std::uint64_t, words> line_at(std::size_t at) const;
  void changed(std::size_t at);

  struct release {
    void operator()(std::uint64_t* p) const { std::free(p); }  // NOLINT: what calloc gave
  };
  hmac_sha256 key_;
  std::size_t lines_;
  std::unique_ptr<std::uint64_t, release> table_;    // calloc: pages that nobody has touched are not there
  std::vector<std::atomic<std::uint64_t>> changed_;  // a bit a line
};

}  // namespace store
