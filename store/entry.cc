#include "store/entry.h"

#include <algorithm>

#include "store/number_in_text.h"
#include "store/telling_digits.h"
#include "store/utf8.h"

namespace store {
namespace {

constexpr std::size_t most_octets = 4096;

constexpr std::string_view time_format = "RFC 3339 (2026-11-24T10:00:00Z) or a date alone (2026-11-24)";

bool is_given(std::string_view text) {
  return text.find_first_not_of(' ') != std::string_view::npos;
}

// Nothing but what one sees, of ASCII.
bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

// Control characters of ASCII; the text a person agreed to may have lines and tabs.
bool is_control(char c, bool has_lines) {
  if (has_lines && (c == '\n' || c == '\r' || c == '\t')) return false;
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

std::string shortened(const std::string& text) {
  if (text.size() <= 60) return text;
  std::size_t end = 60;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80)
    --end;  // not within a character
  return text.substr(0, end) + "...";
}

// One pass over an entry: each check either fills in the event or adds a reason.
class examination {
 public:
  examination(const entry& e, const numbering_plan& plan, instant at) : entry_(e), plan_(plan), now_(at) {}

  std::variant<event, std::vector<refusal>> run() {
    if (!check_texts()) return std::move(reasons_);  // the values would make no sense in the other reasons
    check_number();
    check_event();
    check_scope();
    check_occurred_at();
    check_method();
    check_source();
    check_digest();
    check_expiry();
    copy_texts();
    keep_number_out_of_what_lasts();
    if (!reasons_.empty()) return std::move(reasons_);
    return std::move(event_);
  }

  std::variant<event, std::vector<refusal>> run_reassigned() {
    if (!check_texts()) return std::move(reasons_);
    check_number();
    if (!entry_.event.empty() && entry_.event != "reassigned")
      refuse("event", "\"" + shortened(entry_.event) + "\" is not an event of a registry; reassigned, or nothing",
             "unknown");
    event_.kind = event_kind::reassigned;
    check_reassigned_at();
    copy_texts();
    keep_number_out_of_what_lasts();
    if (!reasons_.empty()) return std::move(reasons_);
    return std::move(event_);
  }

 private:
  void refuse(std::string_view field, std::string message, std::string_view kind) {
    reasons_.push_back({std::string(field), std::move(message), std::string(kind)});
  }
  bool is_opt_in() const { return kind_known_ && event_.kind == event_kind::opt_in; }
  bool is_opt_out() const { return kind_known_ && event_.kind == event_kind::opt_out; }

  bool check_texts() {
    for (const auto& [field, member] : entry_fields()) {
      const std::string& text = entry_.*member;
      if (text.size() <= most_octets && is_plain(text)) continue;
      const bool has_lines = member == &entry::wording;
      if (text.size() > most_octets)
        refuse(
            field,
            "is " + std::to_string(text.size()) + " octets long; at most " + std::to_string(most_octets) + " are taken",
            "too_long");
      else if (!is_utf8(text))
        refuse(field, "is not UTF-8", "not_utf8");
      else if (std::any_of(text.begin(), text.end(), [&](char c) { return is_control(c, has_lines); }))
        refuse(field, "holds a control character; write plain text", "control_character");
    }
    return reasons_.empty();
  }

  void check_number() {
    if (!is_given(entry_.number)) return refuse("number", "is missing", "missing");
    if (const auto n = read_number(entry_.number, number_kind::unknown, plan_)) {
      event_.who = *n;
      return;
    }
    // Lists of refused rows hold the example, so it is one of those set aside for fiction.
    const bool can_be_national = !plan_.country_code.empty();
    refuse("number",
           "cannot read \"" + shortened(entry_.number) +
               "\" as a telephone number; write it as international (+33639980123)" +
               (can_be_national ? " or national" : "; national numbers need numbers.country_code"),
           "unreadable");
  }

  void check_event() {
    const std::string& text = entry_.event;
    if (!is_given(text)) return refuse("event", "is missing; opt_in or opt_out", "missing");
    if (text == "recall" || text == "erasure" || text == "correction" || text == "reassigned")
      return refuse("event",
                    "\"" + text + "\" is written by the gate's own command alone; an entry is opt_in or opt_out",
                    "gate_only");
    const auto kind = read_event_kind(text);
    if (!kind) return refuse("event", "\"" + shortened(text) + "\" is not an event; opt_in or opt_out", "unknown");
    event_.kind = *kind;
    kind_known_ = true;
  }

  void check_scope() {
    if (!is_given(entry_.scope)) return refuse("scope", "is missing; sender:NAME, group:NAME or all", "missing");
    if (auto s = read_scope(entry_.scope); s && (s->kind == scope_kind::all || is_given(s->name)))
      event_.scope = std::move(*s);
    else
      refuse("scope", "\"" + shortened(entry_.scope) + "\" is not a scope; sender:NAME, group:NAME or all",
             "unreadable");
  }

  void check_occurred_at() {
    if (!is_given(entry_.occurred_at)) {
      if (is_opt_in()) refuse("occurred_at", "is missing; an opt-in needs the time when the person acted", "missing");
      event_.occurred_at = now_;
      return;
    }
    const auto t = read_time(entry_.occurred_at);
    if (!t)
      return refuse("occurred_at",
                    "cannot read \"" + shortened(entry_.occurred_at) + "\" as a time; " + std::string(time_format),
                    "unreadable");
    if (is_opt_out()) event_.occurred_at = std::min(t->latest, now_);
    if (!is_opt_in()) return;
    event_.occurred_at = t->earliest;
    if (t->earliest > now_)
      refuse("occurred_at", "\"" + entry_.occurred_at + "\" is in the future; an opt-in counts from when it was given",
             "future");
  }

  void check_reassigned_at() {
    if (!is_given(entry_.occurred_at))
      return refuse("occurred_at", "is missing; the opt-ins up to then are void", "missing");
    const auto t = read_time(entry_.occurred_at);
    if (!t)
      return refuse("occurred_at",
                    "cannot read \"" + shortened(entry_.occurred_at) + "\" as a time; " + std::string(time_format),
                    "unreadable");
    if (t->earliest > now_)
      return refuse("occurred_at", "\"" + entry_.occurred_at + "\" is in the future; import it once it has come",
                    "future");
    event_.occurred_at = std::min(t->latest, now_);
  }

  void check_method() {
    const std::string& text = entry_.method;
    if (!is_given(text)) {
      if (is_opt_in())
        refuse("method", "is missing; an opt-in needs web_form, paper, call, point_of_sale, sale or api", "missing");
      return;
    }
    const auto method = read_method(text);
    const bool for_opt_outs = method == consent_method::letter || method == consent_method::registry;
    if (!method)
      refuse("method",
             "\"" + shortened(text) + "\" is not a method; web_form, paper, call, point_of_sale, sale, api" +
                 std::string(is_opt_in() ? "" : ", letter or registry"),
             "unknown");
    else if (made_by_gate(*method))
      refuse("method",
             "\"" + text + "\" is written by the gate alone, from a message of the person; it cannot be entered",
             "gate_only");
    else if (is_opt_in() && for_opt_outs)
      refuse("method",
             "\"" + text +
                 "\" is a method for opt-outs; an opt-in needs web_form, paper, call, point_of_sale, "
                 "sale or api",
             "not_for_opt_in");
    else
      event_.method = *method;
  }

  void check_source() {
    if (is_opt_in()) {
      if (!is_given(entry_.source))
        refuse("source", "is missing; an opt-in needs the batch, form or supplier it came from", "missing");
      if (!is_given(entry_.collector))
        refuse("collector", "is missing; an opt-in needs who asked the person", "missing");
      if (!is_given(entry_.evidence))
        refuse("evidence", "is missing; an opt-in needs a reference to its proof", "missing");
    }
    if (!is_given(entry_.source_kind)) return;
    const auto kind = read_source_kind(entry_.source_kind);
    if (!kind)
      refuse("source_kind",
             "\"" + shortened(entry_.source_kind) +
                 "\" is not a kind of source; own_form, partner, broker or "
                 "scraped",
             "unknown");
    else if (is_opt_in() && *kind == source_kind::scraped)
      refuse("source_kind", "\"scraped\" is never a basis for an opt-in: the person was not asked", "not_asked");
    else
      event_.source_kind = *kind;
  }

  void check_digest() {
    const std::string& text = entry_.evidence_sha256;
    if (text.empty()) return;
    const bool is_hexadecimal = text.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
    if (text.size() != 64 || !is_hexadecimal)
      refuse("evidence_sha256", "is not a SHA-256 digest; 64 hexadecimal digits", "unreadable");
  }

  // A date alone ends the consent as that day begins: the earliest instant it can mean.
  void check_expiry() {
    if (!is_given(entry_.expires_at)) return;
    const auto t = read_time(entry_.expires_at);
    if (!t)
      return refuse("expires_at",
                    "cannot read \"" + shortened(entry_.expires_at) + "\" as a time; " + std::string(time_format),
                    "unreadable");
    event_.expires_at = t->earliest;
    const bool occurred_is_known = is_given(entry_.occurred_at) && event_.occurred_at != instant{};
    if (is_opt_in() && occurred_is_known && t->earliest <= event_.occurred_at)
      refuse("expires_at", "\"" + entry_.expires_at + "\" is not after occurred_at", "ends_before_start");
  }

  void copy_texts() {
    event_.number_as_received = entry_.number;
    event_.source = entry_.source;
    event_.collector = entry_.collector;
    event_.evidence = entry_.evidence;
    event_.evidence_sha256 = entry_.evidence_sha256;
    event_.wording = entry_.wording;
  }

  // These stay when a person is erased, this one or another. An opposition is taken all the same, with these digits
  // masked.
  void keep_number_out_of_what_lasts() {
    if (tells(event_.scope.name, event_.who))
      refuse("scope", "holds the number itself, and stays when the person is erased; leave it out", "tells_number");
    for (const auto& [field, text] : {std::pair("source", &event_.source), std::pair("collector", &event_.collector)}) {
      const bool own = tells(*text, event_.who);
      if (!own && !names_a_number(*text)) continue;
      if (!is_opt_in())
        *text = without_digits(*text);
      else if (own)
        refuse(field, "holds the number itself, and stays when the person is erased; leave it out", "tells_number");
      else
        refuse(field,
               "holds what reads like a telephone number, and stays when that person is erased; name the batch, the "
               "form or the company without it",
               "tells_number");
    }
  }

  const entry& entry_;
  const numbering_plan& plan_;
  const instant now_;
  event event_;
  bool kind_known_ = false;
  std::vector<refusal> reasons_;
};

}  // namespace

const std::vector<field>& entry_fields() {
  static const std::vector<field> fields = {
      {"number", &entry::number},
      {"event", &entry::event},
      {"scope", &entry::scope},
      {"occurred_at", &entry::occurred_at},
      {"method", &entry::method},
      {"source", &entry::source},
      {"source_kind", &entry::source_kind},
      {"collector", &entry::collector},
      {"evidence", &entry::evidence},
      {"evidence_sha256", &entry::evidence_sha256},
      {"wording", &entry::wording},
      {"expires_at", &entry::expires_at},
  };
  return fields;
}

std::variant<event, std::vector<refusal>> check(const entry& e, const numbering_plan& plan, instant now) {
  return examination(e, plan, now).run();
}

std::variant<event, std::vector<refusal>> check_reassigned(const entry& e, const numbering_plan& plan, instant now) {
  return examination(e, plan, now).run_reassigned();
}

}  // namespace store
