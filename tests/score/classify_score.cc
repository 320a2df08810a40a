// classify_score LABELLED.tsv... [--ordinary FILE...] [--misses]: how well the classifier reads, one line for each
// language, and how many ordinary messages it takes for opt-outs.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>

#include "proxy/classify/classifier.h"
#include "tests/score/labelled.h"

namespace {

void print(const std::string& language, const score::tally& t) {
  std::printf("| %-8s | %5d | %8d | %9.3f | %6.3f | %9d | %7.3f |\n", language.c_str(), t.texts, t.opt_outs,
              t.precision(), t.recall(), t.as_opt_in, double(t.right) / t.texts);
}

void score_labelled(const std::vector<std::string>& files, bool misses) {
  std::map<std::string, score::tally> by_language;
  score::tally all;
  for (const std::string& file : files) {
    for (const score::labelled& l : score::read_labelled(file)) {
      const proxy::classification c = proxy::classify(l.text);
      const std::string verdict(proxy::name(c.intent));
      by_language[l.language].add(l.label, verdict);
      all.add(l.label, verdict);
      if (misses && verdict != l.label)
        std::cerr << l.language << '\t' << l.label << '\t' << verdict << '\t' << c.rule << '\t' << l.text << '\n';
    }
  }
  std::puts(
      "| language | texts | opt-outs | precision | recall | as opt-in | labels  |\n"
      "|----------|------:|---------:|----------:|-------:|----------:|--------:|");
  for (const auto& [language, t] : by_language)
    print(language, t);
  print("all", all);
}

void score_ordinary(const std::string& file, bool misses) {
  int taken = 0, texts = 0;
  for (const std::string& text : score::read_ordinary(file)) {
    const proxy::classification c = proxy::classify(text);
    ++texts;
    if (c.intent != proxy::intent::opt_out) continue;
    ++taken;
    if (misses) std::cerr << "ordinary\t" << c.rule << '\t' << text << '\n';
  }
  std::printf("\n%d of %d ordinary messages are taken for opt-outs\n", taken, texts);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"how well replies are understood, per language"};
  std::vector<std::string> labelled, ordinary;
  bool misses = false;
  app.add_option("labelled", labelled, "files of labelled replies");
  app.add_option("--ordinary", ordinary, "files of ordinary messages, one a line");
  app.add_flag("--misses", misses, "write what was read wrongly to stderr");
  CLI11_PARSE(app, argc, argv);
  try {
    if (!labelled.empty()) score_labelled(labelled, misses);
    for (const std::string& file : ordinary)
      score_ordinary(file, misses);
  } catch (const std::exception& e) {
    std::cerr << e.what() << '\n';
    return 1;
  }
  return 0;
}
