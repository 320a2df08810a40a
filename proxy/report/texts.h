// The words of a dossier in a language: texts.LANGUAGE.tsv, a key and a text on each line, with {1}, {2} where
// something is put in.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace proxy {

class texts {
 public:
  // Nothing for a language that there is no table for.
  static std::optional<texts> in(std::string_view language);

  const std::string& language() const { return language_; }
  // The text as it stands in the table; the key itself when it is not there.
  std::string_view operator[](std::string_view key) const;
  // The name of a value such as "web_form", under "method.web_form"; the value itself when the table has none: what
  // later versions record is shown all the same.
  std::string name(std::string_view kind, std::string_view value) const;
  // The text with these in the places of {1}, {2}, ...
  std::string operator()(std::string_view key, std::initializer_list<std::string_view> put_in) const;

  std::string number(std::uint64_t n) const;  // 12 345
  std::string decimal(double value) const;    // with one digit behind the comma
  const std::map<std::string, std::string, std::less<>>& all() const { return all_; }

 private:
  std::string language_;
  std::map<std::string, std::string, std::less<>> all_;
};

}  // namespace proxy
