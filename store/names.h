// The dictionary of the store: names of scopes and sources, and the small numbers that stand for them in states and in
// the index.
#pragma once

#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "store/precedence.h"

namespace store {

enum class name_kind : char { scope = 'c', source = 's' };

struct stored_name {
  name_kind kind;
  std::uint32_t id;
  std::string text;  // of a scope: as to_string() writes it
};

// Ids are given in order, without gaps; a name keeps its id for good once it is on disk. Any thread.
class names {
 public:
  names();

  scope_id intern(const scope& s);
  source_id intern_source(const std::string& name);
  // Without making one: nothing when nobody has used the name.
  std::optional<scope_id> find(const scope& s) const;
  std::optional<source_id> find_source(const std::string& name) const;
  scope scope_of(scope_id id) const;
  std::string source_of(source_id id) const;
  std::vector<std::string> sources_that_tell(number n) const;

  // False when the ids do not follow one another: the dictionary on disk is damaged.
  bool load(const stored_name& n);
  std::vector<stored_name> unsaved() const;
  void saved(const std::vector<stored_name>& written);

 private:
  struct table {
    std::unordered_map<std::string, std::uint32_t> ids;
    std::deque<std::string> texts;  // by id
    std::size_t saved = 1;          // how many of them are on disk; the first needs no record

    std::uint32_t intern(const std::string& text);
    std::optional<std::uint32_t> find(const std::string& text) const;
  };
  table& table_of(name_kind k) { return k == name_kind::scope ? scopes_ : sources_; }

  mutable std::mutex mutex_;
  table scopes_;
  table sources_;
};

}  // namespace store
