// What the gate says to people for a sender: confirmation, help, double_opt_in.
#include <algorithm>

#include "proxy/config/sections.h"
#include "proxy/config/values.h"
#include "smpp/outgoing.h"

namespace proxy {
namespace {

bool is_language(const std::string& key) {
  return (key.size() == 2 || key.size() == 3) && std::ranges::all_of(key, [](char c) { return c >= 'a' && c <= 'z'; });
}

// More than one segment would cost more, and may arrive in pieces.
void check_length(const YAML::Node& n, const std::string& name, const std::string& text, reading& r) {
  for (const upstream& u : r.result.upstreams) {
    const smpp::encoded_text encoded = smpp::encode(text, u.default_alphabet);
    if (encoded.one_segment) continue;
    const bool ucs2 = encoded.data_coding != 0;
    return r.errors.add(
        n, "`" + name + "` does not fit into one SMS; it must be at most " +
               (ucs2 ? "70 characters, since not all of them are in the default alphabet of " + to_string(u.address)
                     : std::string("160 characters of GSM 7-bit, in which []{}\\~^| and the euro sign "
                                   "count twice")));
  }
}

void read_texts_by_language(const YAML::Node& n, const std::string& name, spoken_texts& out, reading& r) {
  if (!n.IsMap() || n.size() == 0) {
    return r.errors.add(n, "`" + name + "` is " + (n.IsMap() ? "empty" : shown(n)) +
                               "; it must be a mapping from language to text, such as `{en: \"...\", fr: \"...\"}`");
  }
  section s(n, name, r.errors);
  for (const auto& entry : n) {
    if (!entry.first.IsScalar()) continue;  // the section has said so
    const std::string language = entry.first.Scalar();
    if (!is_language(language)) {
      r.errors.add(entry.first,
                   "`" + language + "` in `" + name + "` is not a language; it must be its ISO 639 code, such as fr");
      continue;
    }
    std::string text;
    const std::string where = name + "." + language;
    if (!read_text(entry.second, where, text, r.errors)) continue;
    check_length(entry.second, where, text, r);
    if (std::ranges::find(out, language, &spoken_text::language) == out.end()) out.push_back({language, text});
  }
}

}  // namespace

void read_confirmation(const YAML::Node& n, const std::string& where, std::optional<spoken_texts>& out, reading& r) {
  if (!n.IsMap()) {
    bool on = false;
    if (read_choice<bool>(n, where, {{"on", true}, {"off", false}}, on, r.errors) && on) out.emplace();
    return;
  }
  out.emplace();
  section s(n, where, r.errors);
  s.key("text", [&](const YAML::Node& v) { read_texts_by_language(v, where + ".text", *out, r); });
  s.finish();
}

void read_spoken(const YAML::Node& n, const std::string& where, const std::string& key,
                 std::optional<spoken_texts>& out, reading& r) {
  out.emplace();
  section s(n, where, r.errors);
  s.required_key(key, "`" + where + "` needs `" + key + "`, a text for each language",
                 [&](const YAML::Node& v) { read_texts_by_language(v, where + "." + key, *out, r); });
  s.finish();
}

}  // namespace proxy
