#include "proxy/rules/link.h"

#include <algorithm>
#include <array>
#include <string>

namespace proxy {
namespace {

constexpr std::string_view name_characters = "abcdefghijklmnopqrstuvwxyz0123456789-";
constexpr std::string_view url_characters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~:/?#[]@!$&'()*+,;=%";

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool begins_with(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() &&
         std::ranges::equal(text.substr(0, prefix.size()), prefix, {}, [](char c) { return lower(c); });
}

// Up to the first octet that is not of a URL, without the punctuation of the sentence around it.
std::size_t url_length(std::string_view text) {
  std::size_t end = std::min(text.find_first_not_of(url_characters), text.size());
  while (end > 0 && std::string_view(".,;:!?)'").find(text[end - 1]) != std::string_view::npos)
    --end;
  return end;
}

bool common_ending(std::string_view label) {
  constexpr std::array<std::string_view, 20> common{"com",  "net",  "org",  "info",  "biz",   "app", "link",
                                                    "mobi", "shop", "site", "club",  "page",  "dev", "online",
                                                    "xyz",  "tech", "blog", "cloud", "store", "news"};
  if (label.size() == 2) return std::ranges::all_of(label, [](char c) { return c >= 'a' && c <= 'z'; });
  return std::ranges::find(common, label) != common.end();
}

}  // namespace

std::size_t link_at(std::string_view text, std::size_t at) {
  const std::string_view rest = text.substr(at);
  for (const std::string_view scheme : {"http://", "https://", "www."}) {
    if (begins_with(rest, scheme)) {
      const std::size_t length = url_length(rest);
      return length > scheme.size() ? length : 0;
    }
  }
  // label.label.label, perhaps with name@ in front
  std::string name;
  for (const char c : rest) {
    if (name_characters.find(lower(c)) == std::string_view::npos && c != '.' && c != '@' && c != '_') break;
    name += lower(c);
  }
  const std::size_t path = name.size();
  while (name.ends_with('.') || name.ends_with('-'))
    name.pop_back();
  const std::size_t dot = name.rfind('.');
  if (dot == std::string::npos || dot == 0) return 0;
  const std::string_view last = std::string_view(name).substr(dot + 1);
  const bool word = last.size() >= 2 && std::ranges::all_of(last, [](char c) { return c >= 'a' && c <= 'z'; });
  if (!word) return 0;
  if (rest.substr(path).starts_with('/') && name.size() == path) return url_length(rest);
  return common_ending(last) || name.find('@') != std::string::npos ? name.size() : 0;
}

}  // namespace proxy
