#include "proxy/admin/parameters.h"

#include <charconv>

#include "proxy/admin/uri.h"

namespace proxy {

std::optional<std::string> read_count(const request& r, const std::string& name, std::uint64_t max,
                                      std::uint64_t& value) {
  const auto* text = r.parameter(name);
  if (text == nullptr) return std::nullopt;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error == std::errc() && end == text->data() + text->size() && value <= max) return std::nullopt;
  return "the parameter " + name + " is a number from 0 to " + std::to_string(max) + ", not \"" + *text + "\"";
}

std::optional<std::string> read_instant(const request& r, const std::string& name,
                                        store::instant store::written_time::* end,
                                        std::optional<store::instant>& value) {
  const auto* text = r.parameter(name);
  if (text == nullptr) return std::nullopt;
  const auto read = store::read_time(time_from_query(*text));
  if (!read) return "the parameter " + name + " is a time like 2026-11-24T10:00:00Z or a date, not \"" + *text + "\"";
  value = (*read).*end;
  return std::nullopt;
}

std::optional<std::string> read_times(const request& r, std::optional<store::instant>& from,
                                      std::optional<store::instant>& to) {
  if (auto wrong = read_instant(r, "from", &store::written_time::earliest, from)) return wrong;
  if (auto wrong = read_instant(r, "to", &store::written_time::latest, to)) return wrong;
  return wrong_order(from, to);
}

std::optional<std::string> wrong_order(std::optional<store::instant> from, std::optional<store::instant> to) {
  if (!from || !to || *from <= *to) return std::nullopt;
  return "from (" + store::to_string(*from) + ") is after to (" + store::to_string(*to) + ")";
}

std::optional<std::string> read_number(const request& r, const std::string& name, const store::numbering_plan& plan,
                                       std::optional<store::number>& value) {
  const auto* text = r.parameter(name);
  if (text == nullptr) return std::nullopt;
  value = store::read_number(number_from_query(*text), store::number_kind::unknown, plan);
  if (value) return std::nullopt;
  return "the parameter " + name + " cannot be read as a number: \"" + *text + "\"";
}

}  // namespace proxy
