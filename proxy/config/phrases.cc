// What replies mean besides what the languages know: classify.
#include "proxy/classify/language_file.h"
#include "proxy/config/sections.h"
#include "proxy/config/values.h"

namespace proxy {
namespace {

void read_phrases(const YAML::Node& n, const std::string& name, std::vector<std::string>& out, error_list& errors) {
  std::vector<std::string> phrases;
  if (!read_texts(n, name, phrases, errors)) return;
  for (std::size_t i = 0; i < phrases.size(); ++i) {
    try {
      read_phrase(phrases[i]);
    } catch (const language_error& e) {
      errors.add(n[i], "`" + name + "[" + std::to_string(i) + "]`: " + e.what());
    }
  }
  out = std::move(phrases);
}

}  // namespace

void read_classify(const YAML::Node& n, reading& r) {
  own_phrases& own = r.result.classify;
  section s(n, "classify", r.errors);
  const auto list = [&](const char* key, std::vector<std::string>& out) {
    s.key(key, [&](const YAML::Node& v) { read_phrases(v, std::string("classify.") + key, out, r.errors); });
  };
  list("opt_out", own.opt_out);
  list("opt_in", own.opt_in);
  list("help", own.help);
  list("ignore", own.ignore);
  s.finish();
}

}  // namespace proxy
