#include "proxy/report/dossier_words.h"

#include <algorithm>

namespace proxy {

std::string moment_text(store::instant t) {
  std::string text = store::to_string(t);
  std::ranges::replace(text, 'T', ' ');
  text.pop_back();  // the Z: the page says that all is in UTC
  return text;
}

std::string second_text(store::instant t) {
  return moment_text(std::chrono::floor<std::chrono::seconds>(t));
}

std::string month_text(const texts& t, std::chrono::year_month m) {
  const std::string month = "month." + std::to_string(static_cast<unsigned>(m.month()));
  return std::string(t[month]) + " " + std::to_string(static_cast<int>(m.year()));
}

std::string day_text(const texts& t, store::instant i) {
  const std::chrono::year_month_day d{std::chrono::floor<std::chrono::days>(i)};
  const auto day = static_cast<unsigned>(d.day());
  return t("date", {day == 1 ? t["first_of_month"] : std::to_string(day),
                    t["month." + std::to_string(static_cast<unsigned>(d.month()))],
                    std::to_string(static_cast<int>(d.year()))});
}

std::string duration_text(const texts& t, std::chrono::microseconds d) {
  using namespace std::chrono;
  const auto text = [](auto v) { return std::to_string(v.count()); };
  const auto whole = floor<seconds>(std::max(d, microseconds{0}));
  if (whole >= days{1})
    return t("days_hours", {text(floor<days>(whole)), text(floor<hours>(whole - floor<days>(whole)))});
  if (whole >= hours{1})
    return t("hours_minutes", {text(floor<hours>(whole)), text(floor<minutes>(whole - floor<hours>(whole)))});
  if (whole >= minutes{1}) return t("minutes_seconds", {text(floor<minutes>(whole)), text(whole % minutes{1})});
  return whole >= seconds{1} ? t("seconds", {text(whole)}) : std::string(t["under_a_second"]);
}

std::string scope_text(const texts& t, const store::scope& s) {
  switch (s.kind) {
    case store::scope_kind::group:
      return t("scope.group", {s.name});
    case store::scope_kind::sender:
      return t("scope.sender", {s.name});
    case store::scope_kind::all:
      break;
  }
  return std::string(t["scope.all"]);
}

}  // namespace proxy
