#include "proxy/config/section.h"

#include <algorithm>
#include <numeric>

namespace proxy {
namespace {

std::size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({row[j] + 1, row[j + 1] + 1, replaced});
    }
  }
  return row.back();
}

}  // namespace

void error_list::add(const YAML::Mark& where, std::string message) {
  // An empty file has no place of its own.
  errors_.push_back({std::max(where.line, 0) + 1, std::max(where.column, 0) + 1, std::move(message)});
}

std::vector<config_error> error_list::sorted() const {
  std::vector<config_error> errors = errors_;
  std::ranges::stable_sort(errors, {}, [](const config_error& e) { return std::pair(e.line, e.column); });
  return errors;
}

section::section(const YAML::Node& node, std::string name, error_list& errors)
    : node_(node), name_(std::move(name)), errors_(errors) {
  if (node_.IsMap()) {
    std::set<std::string> seen;
    for (const auto& entry : node_) {
      if (!entry.first.IsScalar()) {
        errors_.add(entry.first, "a key must be a word");
        continue;
      }
      const std::string key = entry.first.Scalar();
      if (!seen.insert(key).second) errors_.add(entry.first, "`" + key + "` is given twice; keep one");
    }
  } else if (!node_.IsNull()) {
    errors_.add(node_, (name_.empty() ? std::string("the file") : "`" + name_ + "`") +
                           " must be a mapping of `key: value` lines");
  }
}

void section::key(const std::string& name, const reader& read) {
  known_.insert(name);
  if (has(name)) read(node_[name]);
}

void section::required_key(const std::string& name, const std::string& message, const reader& read) {
  if ((node_.IsMap() || node_.IsNull()) && !has(name)) errors_.add(node_, message);
  key(name, read);
}

bool section::has(const std::string& name) const {
  return node_.IsMap() && node_[name].IsDefined();
}

void section::finish() {
  if (!node_.IsMap()) return;
  for (const auto& entry : node_) {
    if (!entry.first.IsScalar() || known_.contains(entry.first.Scalar())) continue;
    const std::string& key = entry.first.Scalar();
    const auto nearest =
        std::ranges::min_element(known_, {}, [&](const std::string& k) { return edit_distance(k, key); });
    std::string message = "unknown key `" + key + "`" + (name_.empty() ? "" : " in `" + name_ + "`");
    if (nearest != known_.end() && edit_distance(*nearest, key) <= 2) {
      message += "; did you mean `" + *nearest + "`?";
    } else {
      message += "; known are";
      for (const std::string& k : known_)
        message += (k == *known_.begin() ? " `" : ", `") + k + "`";
    }
    errors_.add(entry.first, message);
  }
}

}  // namespace proxy
