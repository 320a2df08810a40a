#include "proxy/classify/language_file.h"

#include <algorithm>
#include <map>

#include "proxy/classify/folding.h"

namespace proxy {
namespace {

const std::map<std::string_view, line_kind>& kinds() {
  using enum line_kind;
  static const std::map<std::string_view, line_kind> all{{"keyword opt_out", keyword_opt_out},
                                                         {"keyword opt_out all", keyword_opt_out_all},
                                                         {"keyword opt_in", keyword_opt_in},
                                                         {"keyword help", keyword_help},
                                                         {"keyword yes", keyword_yes},
                                                         {"opt_out", opt_out},
                                                         {"opt_out all", opt_out_all},
                                                         {"opt_out alone", opt_out_alone},
                                                         {"opt_out beside", opt_out_beside},
                                                         {"opt_in", opt_in},
                                                         {"opt_in alone", opt_in_alone},
                                                         {"ordinary", ordinary},
                                                         {"signature", signature},
                                                         {"clitics", clitics}};
  return all;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::string_view cut(std::string_view& text, char separator) {
  const std::size_t end = std::min(text.find(separator), text.size());
  const std::string_view front = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return front;
}

int class_named(std::string_view name) {
  const auto* found = std::ranges::find(word_classes, trimmed(name));
  if (found == word_classes.end()) {
    std::string all;
    for (const std::string_view known : word_classes)
      all += (all.empty() ? "" : ", ") + std::string(known);
    throw language_error("`" + std::string(name) + "` is no class of words; there are " + all);
  }
  return static_cast<int>(found - word_classes.begin());
}

std::vector<int> classes_in(std::string_view names) {
  std::vector<int> all;
  while (!names.empty())
    all.push_back(class_named(cut(names, '|')));
  if (all.empty()) throw language_error("[] names no class");
  return all;
}

// Folded, each word with the star it was written with.
std::string folded_words(std::string_view words) {
  std::string out;
  while (!words.empty()) {
    const std::string_view word = cut(words, ' ');
    if (word.empty()) continue;
    const bool stem = word.ends_with('*');
    const std::string folded = fold(word.substr(0, word.size() - (stem ? 1 : 0)));
    if (folded.empty()) throw language_error("`" + std::string(word) + "` has no letter");
    out += (out.empty() ? "" : " ") + folded + (stem ? "*" : "");
  }
  return out;
}

class phrase_reader {
 public:
  explicit phrase_reader(std::string_view text) : rest_(text) { out_.text = std::string(text); }

  phrase read() {
    while (!rest_.empty()) {
      if (rest_.front() == '[') {
        read_classes();
      } else {
        read_word(cut(rest_, ' '));
      }
      rest_ = trimmed(rest_);
    }
    end_words();
    if (out_.items.empty()) throw language_error("`" + out_.text + "` has no words");
    if (gap_ != 0 || joins_ || excludes_) throw language_error("`" + out_.text + "` ends where something must follow");
    if (out_.any_order && out_.items.size() < 2) throw language_error("`" + out_.text + "`: + joins two elements");
    return std::move(out_);
  }

 private:
  void read_classes() {
    const std::size_t end = rest_.find(']');
    if (end == std::string_view::npos) throw language_error("`" + out_.text + "`: a [ without its ]");
    std::vector<int> classes = classes_in(rest_.substr(1, end - 1));
    rest_.remove_prefix(end + 1);
    end_words();
    if (excludes_) {
      out_.without.insert(out_.without.end(), classes.begin(), classes.end());
      excludes_ = false;
    } else {
      add({.words = {}, .classes = std::move(classes)});
    }
  }

  void read_word(std::string_view word) {
    if (word == "..") {
      end_words();
      gap_ = 3;
    } else if (word == ".") {
      end_words();
      gap_ = 1;
    } else if (word == "...") {
      end_words();
      gap_ = 7;
    } else if (word == "+") {
      end_words();
      out_.any_order = joins_ = true;
    } else if (word == "-") {
      end_words();
      excludes_ = true;
    } else {
      words_ += (words_.empty() ? "" : " ") + std::string(word);
    }
  }

  void end_words() {
    if (words_.empty()) return;
    if (excludes_) throw language_error("`" + out_.text + "`: what is excluded with - must be a [class]");
    add({.words = folded_words(words_), .classes = {}});
    words_.clear();
  }

  void add(phrase_item item) {
    item.gap = gap_;
    gap_ = 0;
    joins_ = false;
    out_.items.push_back(std::move(item));
  }

  std::string_view rest_;
  std::string words_;
  int gap_ = 0;
  bool joins_ = false, excludes_ = false;
  phrase out_;
};

// A line and those that continue it, which begin with white space.
struct logical_line {
  int number = 0;
  std::string text;
};

std::vector<logical_line> logical_lines(std::string_view text) {
  std::vector<logical_line> lines;
  for (int number = 1; !text.empty(); ++number) {
    const std::string_view line = cut(text, '\n');
    if (trimmed(line).empty() || line.front() == '#') continue;
    if ((line.front() == ' ' || line.front() == '\t') && !lines.empty())
      lines.back().text += ' ' + std::string(trimmed(line));
    else
      lines.push_back({number, std::string(trimmed(line))});
  }
  return lines;
}

}  // namespace

phrase read_phrase(std::string_view text) {
  return phrase_reader(trimmed(text)).read();
}

language_file read_language(std::string_view language, std::string_view text, const std::string& file) {
  language_file out{.language = std::string(language), .lines = {}};
  for (const auto& [number, line] : logical_lines(text)) {
    try {
      const std::size_t colon = line.find(':');
      if (colon == std::string::npos) throw language_error("a line is a name, a colon, and words with commas between");
      const std::string_view name = trimmed(std::string_view(line).substr(0, colon));
      std::string_view entries = trimmed(std::string_view(line).substr(colon + 1));
      language_line l;
      if (const auto kind = kinds().find(name); kind != kinds().end())
        l.kind = kind->second;
      else
        l.word_class = class_named(name);
      if (entries.empty()) throw language_error("`" + std::string(name) + "` has no words");
      while (!entries.empty()) {
        const std::string_view entry = trimmed(cut(entries, ','));
        if (entry.empty()) throw language_error("two commas without a word between");
        l.what = read_phrase(entry);
        const bool plain = l.what.items.size() == 1 && !l.what.items.front().words.empty();
        const bool may_be_phrase = l.kind >= line_kind::opt_out && l.kind <= line_kind::ordinary;
        if (!plain && !may_be_phrase) throw language_error("`" + l.what.text + "`: only words may stand here");
        out.lines.push_back(l);
      }
    } catch (const language_error& e) {
      throw language_error(file + ":" + std::to_string(number) + ": " + e.what());
    }
  }
  return out;
}

}  // namespace proxy
