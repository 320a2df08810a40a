// Whether a message tells its reader how to get no more of them: a word to send and where to, or a link. The wording is
// in ways_out.tsv.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/rules/words.h"

namespace proxy {

extern const char* const ways_out_tsv;

class ways_out {
 public:
  // Throws std::invalid_argument with the line when the text is not of the form that ways_out.tsv describes.
  explicit ways_out(std::string_view tsv);
  // Those that come with the gate.
  static const ways_out& shipped();

  // The first one, as it stands in the text; nothing when there is none. Thread safe.
  std::optional<std::string_view> in(std::string_view text) const;

 private:
  struct node {
    std::map<std::string, std::size_t, std::less<>> next;  // by word, or by {number}, {link}, {code}
    bool complete = false;
  };
  using patterns = std::vector<std::vector<std::string>>;

  void add(const std::vector<std::string>& pattern);
  // The word after the longest way out that begins with `first`; `first` when none does.
  std::size_t match(const std::vector<word>& words, std::size_t first, std::size_t at) const;

  std::vector<node> nodes_{1};
  std::set<std::string, std::less<>> units_;      // what makes an amount of the number before it
  std::set<std::string, std::less<>> not_after_;  // words after which none begins: non-stop
};

}  // namespace proxy
