#include "store/names.h"

#include <algorithm>

#include "store/telling_digits.h"

namespace store {

std::uint32_t names::table::intern(const std::string& text) {
  const auto [at, is_new] = ids.try_emplace(text, static_cast<std::uint32_t>(texts.size()));
  if (is_new) texts.push_back(text);
  return at->second;
}

std::optional<std::uint32_t> names::table::find(const std::string& text) const {
  const auto found = ids.find(text);
  return found == ids.end() ? std::nullopt : std::optional(found->second);
}

names::names() {
  scopes_.intern(to_string(scope{}));
  sources_.intern("");
}

scope_id names::intern(const scope& s) {
  const std::lock_guard lock(mutex_);
  return scopes_.intern(to_string(s));
}

source_id names::intern_source(const std::string& name) {
  const std::lock_guard lock(mutex_);
  return sources_.intern(name);
}

std::optional<scope_id> names::find(const scope& s) const {
  const std::lock_guard lock(mutex_);
  return scopes_.find(to_string(s));
}

std::optional<source_id> names::find_source(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  return sources_.find(name);
}

scope names::scope_of(scope_id id) const {
  const std::lock_guard lock(mutex_);
  return id < scopes_.texts.size() ? read_scope(scopes_.texts[id]).value_or(scope{}) : scope{};
}

std::string names::source_of(source_id id) const {
  const std::lock_guard lock(mutex_);
  return id < sources_.texts.size() ? sources_.texts[id] : std::string();
}

std::vector<std::string> names::sources_that_tell(number n) const {
  std::vector<std::string> found;
  const std::lock_guard lock(mutex_);
  for (const std::string& text : sources_.texts)
    if (tells(text, n)) found.push_back(text);
  return found;
}

bool names::load(const stored_name& n) {
  const std::lock_guard lock(mutex_);
  table& t = table_of(n.kind);
  if (n.kind == name_kind::scope && !read_scope(n.text)) return false;
  if (n.id != t.texts.size() || t.intern(n.text) != n.id) return false;
  t.saved = t.texts.size();
  return true;
}

std::vector<stored_name> names::unsaved() const {
  const std::lock_guard lock(mutex_);
  std::vector<stored_name> waiting;
  const auto collect = [&](name_kind kind, const table& t) {
    for (std::size_t id = t.saved; id < t.texts.size(); ++id)
      waiting.push_back({kind, static_cast<std::uint32_t>(id), t.texts[id]});
  };
  collect(name_kind::scope, scopes_);
  collect(name_kind::source, sources_);
  return waiting;
}

void names::saved(const std::vector<stored_name>& written) {
  const std::lock_guard lock(mutex_);
  for (const stored_name& n : written) {
    table& t = table_of(n.kind);
    t.saved = std::max<std::size_t>(t.saved, n.id + std::size_t{1});
  }
}

}  // namespace store
