// Which phrases of a language a text has.
#pragma once

#include <functional>
#include <vector>

#include "proxy/classify/lexicon.h"

namespace proxy {

// The words of one language in a text, with those that all languages share.
class matcher {
 public:
  // `used`: units that mean nothing any more.
  matcher(const units& text, const std::vector<hit>& own, const std::vector<hit>& shared,
          const std::vector<bool>& used);

  struct span {
    std::vector<const hit*> of;  // one for each element
  };

  // Calls `found` for each place where the rule holds, until it returns true; whether it did.
  bool find(const rule& r, const std::function<bool(const span&)>& found) const;

  bool has(std::size_t word_class) const { return present_.test(word_class); }

 private:
  bool in_order(const rule& r, span& s, const std::function<bool(const span&)>& found) const;
  bool in_any_order(const rule& r, span& s, const std::function<bool(const span&)>& found) const;
  bool excluded(const rule& r, const span& s) const;

  const units& text_;
  std::vector<const hit*> hits_;  // words of classes that still count, by start
  class_set present_;
};

}  // namespace proxy
