#include "proxy/classify/classifier.h"

#include "proxy/classify/folding.h"
#include "proxy/classify/keyword_table.h"

namespace proxy {
namespace {

// "stop stop stop": a word said again is the word. Returns the part that is repeated, or the whole.
std::string_view without_repetition(std::string_view words) {
  for (std::size_t end = words.find(' '); end != std::string_view::npos; end = words.find(' ', end + 1)) {
    const std::string_view unit = words.substr(0, end);
    std::string_view rest = words.substr(end);
    while (rest.size() > end && rest.front() == ' ' && rest.substr(1, end) == unit)
      rest.remove_prefix(end + 1);
    if (rest.empty()) return unit;
  }
  return words;
}

}  // namespace

classification classify(std::string_view text) {
  static const keyword_table keywords = read_keywords(keywords_tsv);
  const std::string folded = fold(text);
  const auto found = keywords.find(std::string(without_repetition(folded)));
  return found == keywords.end() ? classification{} : found->second;
}

std::string_view name(intent i) {
  switch (i) {
    case intent::opt_out:
      return "opt_out";
    case intent::opt_in:
      return "opt_in";
    case intent::help:
      return "help";
    case intent::none:
      break;
  }
  return "none";
}

}  // namespace proxy
