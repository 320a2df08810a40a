#include "tests/score/labelled.h"

#include <fstream>
#include <stdexcept>

namespace score {
namespace {

std::string unescaped(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char next = text[i] == '\\' && i + 1 < text.size() ? text[i + 1] : '\0';
    if (next == 'n' || next == 'r' || next == '\\') {
      out.push_back(next == 'n' ? '\n' : next == 'r' ? '\r' : '\\');
      ++i;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

std::ifstream open(const std::filesystem::path& file) {
  std::ifstream in(file);
  if (!in) throw std::runtime_error(file.string() + ": cannot be read");
  return in;
}

}  // namespace

std::vector<labelled> read_labelled(const std::filesystem::path& file) {
  std::ifstream in = open(file);
  std::vector<labelled> all;
  int number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    const std::size_t first = line.find('\t'), second = line.find('\t', first + 1);
    if (second == std::string::npos)
      throw std::runtime_error(file.string() + ":" + std::to_string(number) +
                               ": a line is text, tab, language, tab, label");
    const std::string label = line.substr(second + 1);
    if (label != "opt_out" && label != "opt_in" && label != "help" && label != "none")
      throw std::runtime_error(file.string() + ":" + std::to_string(number) + ": no label: " + label);
    all.push_back({unescaped(line.substr(0, first)), line.substr(first + 1, second - first - 1), label});
  }
  return all;
}

std::vector<std::string> read_ordinary(const std::filesystem::path& file) {
  std::ifstream in = open(file);
  std::vector<std::string> all;
  for (std::string line; std::getline(in, line);) {
    if (!line.empty()) all.push_back(unescaped(line));
  }
  return all;
}

void tally::add(const std::string& label, const std::string& verdict) {
  ++texts;
  right += label == verdict ? 1 : 0;
  const bool is = label == "opt_out", said = verdict == "opt_out";
  opt_outs += is ? 1 : 0;
  found += is && said ? 1 : 0;
  wrongly += !is && said ? 1 : 0;
  as_opt_in += is && verdict == "opt_in" ? 1 : 0;
}

}  // namespace score
