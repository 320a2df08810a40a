#include "store/event.h"

#include <utility>

namespace store {
namespace {

template <class T>
using named = std::pair<T, std::string_view>;

constexpr named<event_kind> event_kinds[] = {
    {event_kind::opt_in, "opt_in"},         {event_kind::opt_out, "opt_out"},       {event_kind::recall, "recall"},
    {event_kind::reassigned, "reassigned"}, {event_kind::correction, "correction"}, {event_kind::erasure, "erasure"}};

constexpr named<consent_method> methods[] = {{consent_method::web_form, "web_form"},
                                             {consent_method::paper, "paper"},
                                             {consent_method::call, "call"},
                                             {consent_method::point_of_sale, "point_of_sale"},
                                             {consent_method::sale, "sale"},
                                             {consent_method::api, "api"},
                                             {consent_method::letter, "letter"},
                                             {consent_method::registry, "registry"},
                                             {consent_method::mo_keyword, "mo_keyword"},
                                             {consent_method::double_opt_in, "double_opt_in"},
                                             {consent_method::carrier, "carrier"}};

constexpr named<source_kind> source_kinds[] = {{source_kind::own_form, "own_form"},
                                               {source_kind::partner, "partner"},
                                               {source_kind::broker, "broker"},
                                               {source_kind::scraped, "scraped"}};

template <class T, std::size_t n>
std::string_view name_in(const named<T> (&table)[n], T value) {
  for (const auto& [known, text] : table)
    if (known == value) return text;
  return {};
}

template <class T, std::size_t n>
std::optional<T> read_in(const named<T> (&table)[n], std::string_view text) {
  for (const auto& [value, known] : table)
    if (known == text) return value;
  return std::nullopt;
}

constexpr std::string_view group_prefix = "group:";
constexpr std::string_view sender_prefix = "sender:";

int hexadecimal(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Where the hyphens of a UUID stand, by the octet they precede.
bool hyphen_before(std::size_t octet) {
  return octet == 4 || octet == 6 || octet == 8 || octet == 10;
}

}  // namespace

std::string_view name(event_kind k) {
  return name_in(event_kinds, k);
}
std::string_view name(consent_method m) {
  return name_in(methods, m);
}
std::string_view name(source_kind k) {
  return name_in(source_kinds, k);
}

std::optional<event_kind> read_event_kind(std::string_view text) {
  return read_in(event_kinds, text);
}
std::optional<consent_method> read_method(std::string_view text) {
  return read_in(methods, text);
}
std::optional<source_kind> read_source_kind(std::string_view text) {
  return read_in(source_kinds, text);
}

std::string to_string(const scope& s) {
  switch (s.kind) {
    case scope_kind::group:
      return std::string(group_prefix) + s.name;
    case scope_kind::sender:
      return std::string(sender_prefix) + s.name;
    case scope_kind::all:
      break;
  }
  return "all";
}

std::optional<scope> read_scope(std::string_view text) {
  if (text == "all") return scope{};
  for (const auto& [kind, prefix] :
       {named<scope_kind>{scope_kind::group, group_prefix}, named<scope_kind>{scope_kind::sender, sender_prefix}})
    if (text.starts_with(prefix) && text.size() > prefix.size())
      return scope{kind, std::string(text.substr(prefix.size()))};
  return std::nullopt;
}

std::string to_string(const event_id& id) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(36);
  for (std::size_t i = 0; i < id.size(); ++i) {
    if (hyphen_before(i)) text.push_back('-');
    text.push_back(digits[id[i] >> 4]);
    text.push_back(digits[id[i] & 0x0f]);
  }
  return text;
}

std::optional<event_id> read_event_id(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  event_id id{};
  for (std::size_t i = 0, at = 0; i < id.size(); ++i, at += 2) {
    if (hyphen_before(i) && text[at++] != '-') return std::nullopt;
    const int high = hexadecimal(text[at]);
    const int low = hexadecimal(text[at + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    id[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return id;
}

}  // namespace store
