#include "proxy/cli/exposition.h"

#include <algorithm>
#include <cstdlib>

namespace proxy {
namespace {

// A label's value, up to its closing quotation mark; `\\`, `\"` and `\n` are escapes.
std::string take_quoted(std::string_view& rest) {
  std::string value;
  while (!rest.empty() && rest.front() != '"') {
    if (rest.front() == '\\' && rest.size() > 1) {
      rest.remove_prefix(1);
      value += rest.front() == 'n' ? '\n' : rest.front();
    } else {
      value += rest.front();
    }
    rest.remove_prefix(1);
  }
  rest.remove_prefix(std::min<std::size_t>(1, rest.size()));
  return value;
}

metric_labels take_labels(std::string_view& rest) {
  metric_labels labels;
  while (!rest.empty() && rest.front() != '}') {
    const std::size_t equals = rest.find("=\"");
    if (equals == std::string_view::npos) break;
    std::string name(rest.substr(0, equals));
    rest.remove_prefix(equals + 2);
    labels[std::move(name)] = take_quoted(rest);
    if (!rest.empty() && rest.front() == ',') rest.remove_prefix(1);
  }
  rest.remove_prefix(std::min<std::size_t>(1, rest.size()));
  return labels;
}

bool has(const metric_labels& labels, const metric_labels& wanted) {
  return std::ranges::all_of(wanted, [&](const auto& w) {
    const auto found = labels.find(w.first);
    return found != labels.end() && found->second == w.second;
  });
}

}  // namespace

exposition::exposition(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.front() == '#') continue;
    const std::size_t name_end = std::min(line.find_first_of("{ "), line.size());
    std::string name(line.substr(0, name_end));
    line.remove_prefix(name_end);
    metric_sample s;
    if (line.starts_with('{')) {
      line.remove_prefix(1);
      s.labels = take_labels(line);
    }
    s.value = std::strtod(std::string(line).c_str(), nullptr);
    by_name_[std::move(name)].push_back(std::move(s));
  }
}

const std::vector<metric_sample>& exposition::samples(std::string_view name) const {
  static const std::vector<metric_sample> none;
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? none : found->second;
}

double exposition::sum(std::string_view name, const metric_labels& with) const {
  double total = 0;
  for (const metric_sample& s : samples(name))
    total += has(s.labels, with) ? s.value : 0;
  return total;
}

std::map<std::string, double> exposition::sum_by(std::string_view name, std::string_view label,
                                                 const metric_labels& with) const {
  std::map<std::string, double> totals;
  for (const metric_sample& s : samples(name)) {
    if (const auto found = s.labels.find(label); found != s.labels.end() && has(s.labels, with))
      totals[found->second] += s.value;
  }
  return totals;
}

double increase(double now, double before) {
  return now < before ? now : now - before;
}

double quantile_between(const exposition& now, const exposition& before, std::string_view histogram, double share) {
  const std::string name = std::string(histogram) + "_bucket";
  const auto earlier = before.sum_by(name, "le");
  std::map<double, double> taken;  // by upper bound, cumulative
  for (const auto& [bound, count] : now.sum_by(name, "le")) {
    const auto found = earlier.find(bound);
    taken[std::strtod(bound.c_str(), nullptr)] = increase(count, found == earlier.end() ? 0 : found->second);
  }
  if (taken.empty() || taken.rbegin()->second == 0) return -1;
  const double wanted = share * taken.rbegin()->second;
  return std::ranges::find_if(taken, [&](const auto& t) { return t.second >= wanted; })->first;
}

}  // namespace proxy
