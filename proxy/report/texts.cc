#include "proxy/report/texts.h"

#include <array>
#include <cmath>

namespace proxy {

extern const char* const texts_en_tsv;
extern const char* const texts_fr_tsv;

namespace {

constexpr std::string_view no_break_space = "\u00a0";
constexpr std::string_view narrow_no_break_space = "\u202f";

void replace_all(std::string& in, std::string_view what, std::string_view with) {
  for (auto at = in.find(what); at != std::string::npos; at = in.find(what, at + with.size()))
    in.replace(at, what.size(), with);
}

// The table is written with plain spaces.
void set_french_spaces(std::string& text) {
  const std::string wide(no_break_space), narrow(narrow_no_break_space);
  replace_all(text, " :", wide + ":");
  replace_all(text, "« ", "«" + wide);
  replace_all(text, " »", wide + "»");
  replace_all(text, " ;", narrow + ";");
  replace_all(text, " !", narrow + "!");
  replace_all(text, " ?", narrow + "?");
}

}  // namespace

std::optional<texts> texts::in(std::string_view language) {
  if (language != "en" && language != "fr") return std::nullopt;
  texts t;
  t.language_ = language;
  std::string_view rest = language == "fr" ? texts_fr_tsv : texts_en_tsv;
  while (!rest.empty()) {
    const auto end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    const auto tab = line.find('\t');
    if (line.starts_with('#') || tab == std::string_view::npos) continue;
    std::string text(line.substr(tab + 1));
    if (language == "fr") set_french_spaces(text);
    t.all_.emplace(line.substr(0, tab), std::move(text));
  }
  return t;
}

std::string_view texts::operator[](std::string_view key) const {
  const auto found = all_.find(key);
  return found == all_.end() ? key : found->second;
}

std::string texts::name(std::string_view kind, std::string_view value) const {
  const auto found = all_.find(std::string(kind) + "." + std::string(value));
  return found == all_.end() ? std::string(value) : found->second;
}

std::string texts::operator()(std::string_view key, std::initializer_list<std::string_view> put_in) const {
  std::string text;
  std::string_view rest = (*this)[key];
  while (!rest.empty()) {
    if (rest.size() >= 3 && rest[0] == '{' && rest[2] == '}' && rest[1] >= '1' && rest[1] < '1' + int(put_in.size())) {
      text += put_in.begin()[rest[1] - '1'];
      rest.remove_prefix(3);
    } else {
      text += rest.front();
      rest.remove_prefix(1);
    }
  }
  return text;
}

std::string texts::number(std::uint64_t n) const {
  std::string digits = std::to_string(n);
  const std::string_view separator = language_ == "fr" ? narrow_no_break_space : ",";
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(static_cast<std::size_t>(at), separator);
  return digits;
}

std::string texts::decimal(double value) const {
  const auto tenths = static_cast<std::uint64_t>(std::llround(value * 10));
  const std::string whole = number(tenths / 10);
  return tenths % 10 == 0 ? whole : whole + (language_ == "fr" ? "," : ".") + std::to_string(tenths % 10);
}

}  // namespace proxy
