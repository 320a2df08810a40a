#include "proxy/conversation/texts.h"

#include <algorithm>

namespace proxy {

const spoken_texts& shipped_confirmations() {
  static const spoken_texts all = [] {
    spoken_texts read;
    std::string_view rest = confirmations_tsv;
    while (!rest.empty()) {
      const auto end = std::min(rest.find('\n'), rest.size());
      const std::string_view line = rest.substr(0, end);
      rest.remove_prefix(std::min(end + 1, rest.size()));
      const auto tab = line.find('\t');
      if (line.starts_with('#') || tab == std::string_view::npos) continue;
      read.push_back({std::string(line.substr(0, tab)), std::string(line.substr(tab + 1))});
    }
    return read;
  }();
  return all;
}

const spoken_text& text_for(const spoken_texts& texts, std::string_view language) {
  const auto found = std::ranges::find(texts, language, &spoken_text::language);
  return found == texts.end() ? texts.front() : *found;
}

}  // namespace proxy
