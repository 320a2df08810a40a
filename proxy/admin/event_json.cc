#include "proxy/admin/event_json.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <string>

namespace proxy {
namespace {

void add(boost::json::object& to, std::string_view name, std::string_view text) {
  if (!text.empty()) to.emplace(name, text);
}

boost::json::value evidence_of(const store::event& e) {
  if (store::made_by_gate(e.method) && e.evidence.starts_with('{')) {
    boost::system::error_code error;
    boost::json::value parsed = boost::json::parse(e.evidence, error);
    if (!error && parsed.is_object()) return parsed;
  }
  return boost::json::string(e.evidence);
}

std::string known_fields() {
  std::string names;
  for (const auto& f : store::entry_fields())
    names += (names.empty() ? "" : ", ") + std::string(f.name);
  return names;
}

const store::field* field_named(std::string_view name) {
  const auto& fields = store::entry_fields();
  const auto found = std::find_if(fields.begin(), fields.end(), [&](const store::field& f) { return f.name == name; });
  return found == fields.end() ? nullptr : &*found;
}

}  // namespace

boost::json::object to_json(const store::event& e) {
  boost::json::object o;
  o.emplace("sequence", e.sequence);
  o.emplace("id", store::to_string(e.id));
  o.emplace("recorded_at", store::to_string(e.recorded_at));
  add(o, "actor", e.actor);
  if (e.who.digits != 0) o.emplace("number", store::to_string(e.who));
  o.emplace("event", store::name(e.kind));
  o.emplace("scope", store::to_string(e.scope));
  o.emplace("occurred_at", store::to_string(e.occurred_at));
  add(o, "method", store::name(e.method));
  add(o, "source", e.source);
  add(o, "source_kind", store::name(e.source_kind));
  add(o, "collector", e.collector);
  if (!e.evidence.empty()) o.emplace("evidence", evidence_of(e));
  add(o, "evidence_sha256", e.evidence_sha256);
  add(o, "wording", e.wording);
  if (e.expires_at) o.emplace("expires_at", store::to_string(*e.expires_at));
  add(o, "reason", e.reason);
  if (e.corrects) o.emplace("corrects", store::to_string(*e.corrects));
  add(o, "approved_by", e.approved_by);
  if (e.erased_by != 0) o.emplace("erased_by", e.erased_by);
  return o;
}

std::variant<store::entry, std::vector<store::refusal>> read_entry(const boost::json::value& v) {
  std::vector<store::refusal> wrong;
  const auto* object = v.if_object();
  if (object == nullptr) {
    wrong.push_back({"", "an event is a JSON object with the fields " + known_fields()});
    return wrong;
  }
  store::entry e;
  for (const auto& member : *object) {
    const std::string name(member.key());
    const store::field* f = field_named(name);
    if (f == nullptr) {
      wrong.push_back({name, "is not a field of an event; the fields are " + known_fields()});
    } else if (const auto* text = member.value().if_string()) {
      (e.*(f->member)).assign(text->data(), text->size());
    } else {
      wrong.push_back({name, "must be a JSON string; leave the field out when there is nothing to say"});
    }
  }
  if (!wrong.empty()) return wrong;
  return e;
}

}  // namespace proxy
