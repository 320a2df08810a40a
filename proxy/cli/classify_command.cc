#include <iostream>

#include "proxy/classify/classifier.h"
#include "proxy/cli/commands.h"

namespace proxy {
namespace {

// \n, \r and \\ stand for what a line cannot hold; any other backslash stands for itself.
std::string unescaped(const std::string& line) {
  std::string text;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char next = i + 1 < line.size() ? line[i + 1] : '\0';
    if (line[i] == '\\' && (next == 'n' || next == 'r' || next == '\\')) {
      text.push_back(next == 'n' ? '\n' : next == 'r' ? '\r' : '\\');
      ++i;
    } else {
      text.push_back(line[i]);
    }
  }
  return text;
}

}  // namespace

int classify_command() {
  std::ios::sync_with_stdio(false);
  for (std::string line; std::getline(std::cin, line);) {
    const classification c = classify(unescaped(line));
    std::cout << name(c.intent) << '\t' << c.rule << '\n';
    if (std::cin.rdbuf()->in_avail() == 0) std::cout.flush();
  }
  return 0;
}

}  // namespace proxy
