#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "proxy/config/sections.h"
#include "proxy/config/values.h"

namespace proxy {
namespace {

void fill_in_statuses(refusal_statuses& statuses) {
  for (std::size_t i = 1; i < reason_count; ++i) {
    const auto r = static_cast<reason>(i);
    statuses[r] = usual_status(r);
  }
}

void read_file(const YAML::Node& root, reading& r) {
  fill_in_statuses(r.result.statuses);
  section file(root, "", r.errors);
  const auto part = [&](const char* name, void (*read)(const YAML::Node&, reading&)) {
    file.key(name, [&](const YAML::Node& n) { read(n, r); });
  };
  file.required_key(
      "upstreams",
      "`upstreams` is missing: say where the SMSC is, such as `upstreams: [{address: \"smsc.example:2775\"}]`",
      [&](const YAML::Node& n) { read_upstreams(n, "upstreams", r.result.upstreams, r); });
  file.key("balance", [&](const YAML::Node& n) {
    using enum balancing;
    read_choice<balancing>(n, "balance", {{"in_order", in_order}, {"least_sessions", least_sessions}}, r.result.balance,
                           r.errors);
  });
  part("listen", read_listen);
  part("store", read_store);
  part("admin", read_admin);
  part("numbers", read_numbers);
  part("policy", read_policy);
  part("opt_out", read_opt_out);
  part("classify", read_classify);
  part("calendars", read_calendars);
  part("senders", read_senders);
  part("credentials", read_credentials);
  part("listeners", read_listeners);
  part("limits", read_limits);
  file.key("corrections", [&](const YAML::Node& n) {
    read_choice<bool>(n, "corrections", {{"one_person", false}, {"two_person", true}}, r.result.two_person_corrections,
                      r.errors);
  });
  part("journal", read_journal);
  file.key("workers",
           [&](const YAML::Node& n) { read_integer(n, "workers", 1, 64, false, r.result.workers, r.errors); });
  file.finish();
  if (r.result.token_file.empty()) r.result.token_file = r.result.store_path / "admin.token";
}

std::variant<config, std::vector<config_error>> load_text(const std::string& text,
                                                          const std::filesystem::path& folder) {
  reading r{folder, {}, {}, {}};
  try {
    const std::vector<YAML::Node> documents = YAML::LoadAll(text);
    if (documents.size() > 1)
      r.errors.add(documents[1], "a second YAML document begins here; the configuration is one");
    read_file(documents.empty() ? YAML::Node() : documents.front(), r);
  } catch (const YAML::Exception& e) {
    r.errors.add(e.mark, "not YAML: " + e.msg);
  }
  if (!r.errors.empty()) return r.errors.sorted();
  r.result.warnings = r.warnings.sorted();
  return std::move(r.result);
}

}  // namespace

std::variant<config, std::vector<config_error>> load_config(const std::filesystem::path& file) {
  const auto unreadable = [](const std::string& why) {
    return std::vector<config_error>{{0, 0, "cannot be read: " + why}};
  };
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored)) return unreadable("it is a folder; name the file in it");
  std::ifstream in(file);
  if (!in) return unreadable(std::strerror(errno));
  std::ostringstream text;
  text << in.rdbuf();
  return load_text(text.str(), std::filesystem::absolute(file).parent_path());
}

}  // namespace proxy
