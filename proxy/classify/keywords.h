// What the keywords of a text say: alone, among words that change nothing, or in a clause of their own.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "proxy/classify/found_words.h"

namespace proxy {

class keywords {
 public:
  explicit keywords(const found_words& found) : found_(found) {}

  // A text that is a keyword, once or again and again, whatever else these words may mean beside others.
  std::optional<classification> bare() const;
  // What the units [first, last) say when they are keywords of one meaning and fillers.
  std::optional<classification> within(std::size_t first, std::size_t last) const;
  // A clause that is a keyword, in a text that speaks of messages, or the last one: "3 SMS a day, STOP".
  std::optional<classification> beside_subject() const;
  // "how often must I write STOP": in capitals at the end, and others are not. "STOP!! no way" begins with it, and a
  // footer that is told of goes on, "what does STOP to 36111 mean".
  std::optional<classification> shouted() const;

 private:
  std::string language_beside(const hit& keyword, std::string language) const;
  bool is_name_after(const std::vector<std::uint16_t>& polite, std::size_t first) const;
  bool same(const hit& a, const hit& b) const;
  bool ends_with_cease(std::size_t first) const;
  bool begins_with_cease(std::size_t first, std::size_t last) const;
  bool speaks_of_messages(std::size_t first, std::size_t last) const;

  const found_words& found_;
};

}  // namespace proxy
