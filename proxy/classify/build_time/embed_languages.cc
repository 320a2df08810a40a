// embed_languages OUT.cc any.txt en.txt ...: checks the language files and writes them as a source file. What is wrong
// with one ends the build with FILE:LINE.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <vector>

#include "proxy/classify/lexicon.h"

namespace {

std::string contents(const std::filesystem::path& file) {
  std::ifstream in(file);
  if (!in) throw std::runtime_error(file.string() + ": cannot be read");
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

// A string literal may not be longer than 64 KiB everywhere; files of languages are shorter. As string_views, since
// clang++ does not count the octets of all of them while it compiles.
void embed(std::ostream& out, const std::string& language, const std::string& text) {
  out << "    {\"" << language << "\", R\"language(" << text << ")language\"sv},\n";
}

int run(const std::vector<std::filesystem::path>& arguments) {
  std::ostringstream out;
  out << "// Made from proxy/classify/languages by embed_languages.\n#include \"proxy/classify/languages.h\"\n\n"
         "#include <array>\n\nusing namespace std::string_view_literals;\n\nnamespace proxy {\n\nstd::span<const "
         "language_source> language_sources() {\n"
         "  static constexpr auto all = std::to_array<language_source>({\n";
  std::vector<proxy::language_file> languages;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const std::string text = contents(arguments[i]);
    languages.push_back(proxy::read_language(arguments[i].stem().string(), text, arguments[i].string()));
    embed(out, languages.back().language, text);
  }
  proxy::lexicon checked(languages);
  out << "  });\n  return all;\n}\n\n}  // namespace proxy\n";
  std::ofstream(arguments[0]) << out.str();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc < 3) throw std::runtime_error("usage: embed_languages OUT.cc any.txt LANGUAGE.txt...");
    return run({argv + 1, argv + argc});
  } catch (const std::exception& e) {
    std::cerr << e.what() << '\n';
    return 1;
  }
}
