// Labelled replies: text, tab, language, tab, label; \n, \r and \\ are escapes.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace score {

struct labelled {
  std::string text, language, label;
};

// Throws std::runtime_error with the line when the file cannot be read or a line has another form.
std::vector<labelled> read_labelled(const std::filesystem::path& file);

// The lines of a file of ordinary messages, with the same escapes.
std::vector<std::string> read_ordinary(const std::filesystem::path& file);

// Of the opt-outs of one language: how many there are, how many of them were found, and what else was taken for one.
struct tally {
  int texts = 0, right = 0;
  int opt_outs = 0, found = 0, wrongly = 0;
  int as_opt_in = 0;  // opt-outs that were read as opt-ins

  double recall() const { return opt_outs == 0 ? 1 : double(found) / opt_outs; }
  double precision() const { return found + wrongly == 0 ? 1 : double(found) / (found + wrongly); }
  void add(const std::string& label, const std::string& verdict);
};

}  // namespace score
