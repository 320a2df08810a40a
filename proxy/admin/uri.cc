#include "proxy/admin/uri.h"

#include "store/utf8.h"

namespace proxy {
namespace {

int hexadecimal(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

constexpr std::string_view undecodable =
    "is not UTF-8, or has a % that is not followed by two hexadecimal digits; a literal % is written %25";

// Calls `use` with each part of `text` between separators, until it returns false.
template <typename Use>
bool for_each_part(std::string_view text, char separator, Use use) {
  while (true) {
    const auto end = text.find(separator);
    if (!use(text.substr(0, end))) return false;
    if (end == std::string_view::npos) return true;
    text.remove_prefix(end + 1);
  }
}

std::optional<std::string> read_query(std::string_view text, std::map<std::string, std::string>& query) {
  std::optional<std::string> wrong;
  for_each_part(text, '&', [&](std::string_view part) {
    if (part.empty()) return true;
    const auto equals = part.find('=');
    const auto key = percent_decode(part.substr(0, equals), plus_sign::space);
    const auto value = equals == std::string_view::npos ? std::optional<std::string>("")
                                                        : percent_decode(part.substr(equals + 1), plus_sign::space);
    if (!key || !value) {
      wrong = "the query " + std::string(undecodable);
    } else if (!query.emplace(*key, *value).second) {
      wrong = "the parameter " + *key + " is given twice";
    }
    return !wrong;
  });
  return wrong;
}

}  // namespace

std::optional<std::string> percent_decode(std::string_view text, plus_sign plus) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus == plus_sign::space) {
      decoded += ' ';
    } else if (text[i] != '%') {
      decoded += text[i];
    } else {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = hexadecimal(text[i + 1]);
      const int low = hexadecimal(text[i + 2]);
      if (high < 0 || low < 0 || (high == 0 && low == 0)) return std::nullopt;
      decoded += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  if (!store::is_utf8(decoded)) return std::nullopt;
  return decoded;
}

std::variant<request_target, std::string> read_target(std::string_view target) {
  if (constexpr std::string_view absolute = "http://"; target.starts_with(absolute)) {
    const auto path = target.find('/', absolute.size());
    target = path == std::string_view::npos ? "/" : target.substr(path);
  }
  if (target.empty() || target.front() != '/') return std::string("the request target does not start with /");
  request_target t;
  const auto question_mark = target.find('?');
  const auto path = target.substr(1, question_mark == std::string_view::npos ? question_mark : question_mark - 1);
  if (!path.empty()) {
    const bool good = for_each_part(path, '/', [&](std::string_view part) {
      auto segment = percent_decode(part, plus_sign::literal);
      if (segment) t.segments.push_back(std::move(*segment));
      return segment.has_value();
    });
    if (!good) {
      return "the path " + std::string(undecodable);
    }
  }
  if (question_mark != std::string_view::npos) {
    if (auto wrong = read_query(target.substr(question_mark + 1), t.query)) return *wrong;
  }
  return t;
}

std::string number_from_query(std::string text) {
  if (text.starts_with(' ')) text[0] = '+';
  return text;
}

std::string time_from_query(std::string text) {
  constexpr std::size_t offset_length = 6;  // " 01:00"
  if (text.size() > offset_length && text[text.size() - offset_length] == ' ' &&
      text.find('T') < text.size() - offset_length) {
    text[text.size() - offset_length] = '+';
  }
  return text;
}

}  // namespace proxy
