// One mapping of a YAML file, read key by key: what is wrong is noted with its place, and reading goes on.
#pragma once

#include <yaml-cpp/yaml.h>

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "proxy/config/config.h"

namespace proxy {

class error_list {
 public:
  void add(const YAML::Mark& where, std::string message);
  void add(const YAML::Node& where, std::string message) { add(where.Mark(), std::move(message)); }
  // In the order of the file.
  std::vector<config_error> sorted() const;
  bool empty() const { return errors_.empty(); }
  std::size_t size() const { return errors_.size(); }

 private:
  std::vector<config_error> errors_;
};

class section {
 public:
  using reader = std::function<void(const YAML::Node&)>;

  // `name` is how messages call it: "policy", "senders[2]"; empty for the whole file. What is not there (null) is an
  // empty mapping.
  section(const YAML::Node& node, std::string name, error_list& errors);

  // Calls read(value) when the key is there, and remembers that the key is known.
  void key(const std::string& name, const reader& read);
  // The same, and it is an error with this message when the key is not there.
  void required_key(const std::string& name, const std::string& message, const reader& read);
  // Reports the keys that nobody asked for, with the nearest known one.
  void finish();

 private:
  bool has(const std::string& name) const;

  YAML::Node node_;
  std::string name_;
  error_list& errors_;
  std::set<std::string> known_;
};

}  // namespace proxy
