#include "proxy/report/dossier_html.h"

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>
#include <unordered_map>

#include "proxy/report/dossier_words.h"
#include "proxy/report/html.h"
#include "store/hexadecimal.h"

namespace proxy {

extern const char* const dossier_css;

namespace {

using store::event_kind;

std::string tag(std::string_view name, std::string_view content, std::string_view css_class = {}) {
  std::string text = "<" + std::string(name);
  if (!css_class.empty()) text += " class=\"" + std::string(css_class) + "\"";
  return text + ">" + std::string(content) + "</" + std::string(name) + ">";
}

// A text that others wrote, with a direction of its own.
std::string own(std::string_view text) {
  return "<bdi class=\"own\">" + escaped(text) + "</bdi>";
}

std::string code(std::string_view text) {
  return "<bdi class=\"code\">" + escaped(text) + "</bdi>";
}

class page {
 public:
  page(const dossier& d, const texts& t) : d_(d), t_(t) {
    for (const auto& e : d_.events) {
      kinds_.emplace(e.what.sequence, e.what.kind);
      if (e.effect.what != effect::kind::corrected) ++counts_[e.what.kind];
      corrected_ += e.effect.what == effect::kind::corrected ? 1 : 0;
    }
    for (const auto& e : d_.recalls)
      kinds_.emplace(e.sequence, e.kind);
  }

  std::string made() && {
    add_head();
    add_summary();
    add_oppositions();
    add_consents();
    add_others();
    add_messages();
    add_integrity();
    add_notes();
    out_ += "</body>\n</html>\n";
    return std::move(out_);
  }

 private:
  // --- pieces ---

  std::string text(std::string_view key) const { return escaped(t_[key]); }
  std::string text(std::string_view key, std::initializer_list<std::string_view> put_in) const {
    return escaped(t_(key, put_in));
  }
  void line(std::string_view html) { (out_ += html) += '\n'; }
  void heading(std::string_view key) { line(tag("h2", text(key))); }
  void paragraph(std::string_view html, std::string_view css_class = {}) { line(tag("p", html, css_class)); }

  std::string title() const { return t_("title", {(d_.number.starts_with("hash") ? "" : "+") + d_.number}); }

  // A link, when the event is on the page.
  std::string link(std::uint64_t sequence, const std::string& label) const {
    if (!kinds_.contains(sequence)) return label;
    return "<a href=\"#e" + std::to_string(sequence) + "\">" + label + "</a>";
  }

  using row = std::pair<std::string_view, std::string>;  // the key of its name, its HTML
  void facts(const std::vector<row>& rows) {
    line("<table class=\"facts\">");
    for (const auto& [key, html] : rows)
      line("<tr><th scope=\"row\">" + text(key) + "</th><td>" + html + "</td></tr>");
    line("</table>");
  }

  void begin_table(std::initializer_list<std::string_view> keys, std::string_view css_class = {},
                   std::string_view of_figures = {}) {
    out_ += css_class.empty() ? std::string("<table>") : "<table class=\"" + std::string(css_class) + "\">";
    out_ += "<thead><tr>";
    for (const auto key : keys) {
      const bool figures = of_figures.find(" " + std::string(key) + " ") != std::string_view::npos;
      out_ += std::string(figures ? "<th scope=\"col\" class=\"figure\">" : "<th scope=\"col\">") + text(key) + "</th>";
    }
    line("</tr></thead><tbody>");
  }
  void end_table() { line("</tbody></table>"); }

  // --- the parts of the page, in its order ---

  void add_head() {
    line("<!DOCTYPE html>");
    line("<html lang=\"" + t_.language() + "\">\n<head>\n<meta charset=\"utf-8\">");
    line("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">");
    line("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
    line("<meta name=\"referrer\" content=\"no-referrer\">");
    line(tag("title", escaped(title())));
    line(std::string("<style>\n") + dossier_css + "</style>\n</head>\n<body>");
    line(tag("h1", escaped(title())));
    paragraph(text("intro"));
    paragraph(text("made", {day_text(t_, d_.made_at) + ", " + second_text(d_.made_at).substr(11)}), "quiet");
    add_state_of_the_person();
  }

  void add_state_of_the_person() {
    if (d_.kept_as.empty()) return;
    const auto erasure =
        std::ranges::find_if(d_.events, [](const dossier::event& e) { return e.what.kind == event_kind::erasure; });
    if (erasure == d_.events.end()) return paragraph(text("hashed", {d_.kept_as}));
    paragraph(
        text("erased", {std::to_string(erasure->what.sequence), day_text(t_, erasure->what.recorded_at), d_.kept_as}),
        "warning");
  }

  bool nothing_known() const { return d_.events.empty() && d_.message_count == 0; }

  std::uint64_t count_of(event_kind k) const {
    const auto found = counts_.find(k);
    return found == counts_.end() ? 0 : found->second;
  }

  dossier::month_counts all_messages() const {
    dossier::month_counts all;
    for (const auto& [month, c] : d_.by_month) {
      all.forwarded += c.forwarded;
      all.refused += c.refused;
      all.observed += c.observed;
    }
    return all;
  }

  void add_summary() {
    heading("summary");
    if (nothing_known()) paragraph(text("unknown"));
    const auto all = all_messages();
    line("<ul class=\"figures\">");
    const auto figure = [&](std::uint64_t count, std::string_view key) {
      line("<li><b>" + escaped(t_.number(count)) + "</b> " + text(std::string(key) + (count == 1 ? "_one" : "_count")) +
           "</li>");
    };
    figure(all.forwarded, "forwarded");
    figure(all.refused, "refused");
    if (all.observed > 0) figure(all.observed, "observed");
    figure(count_of(event_kind::opt_out), "oppositions");
    figure(count_of(event_kind::opt_in), "consents");
    const bool good = d_.chain.first_misfit == 0;
    line(std::string("<li class=\"") + (good ? "good" : "bad") + "\"><b>" + (good ? "✓" : "✗") + "</b> " +
         text(good ? "chain_good_short" : "chain_bad_short") + "</li>");
    line("</ul>");
    if (corrected_ > 0) paragraph(text("corrected_note", {t_.number(corrected_)}));
    if (!d_.messages.empty() && d_.messages.size() == d_.message_count)
      paragraph(text("first_message", {second_text(d_.messages.front().at), second_text(d_.messages.back().at)}));
    paragraph(d_.journal_begins ? text("journal_begins", {second_text(*d_.journal_begins)}) : text("journal_empty"),
              "quiet");
  }

  std::string method_text(const store::event& e) const { return escaped(t_.name("method", store::name(e.method))); }

  void add_oppositions() {
    heading("oppositions");
    std::vector<const dossier::event*> all = by_act(event_kind::opt_out);
    if (all.empty()) return paragraph(text("no_opposition"));
    begin_table({"event", "acted", "method", "scope", "recorded", "delay", "meanwhile"}, {}, " meanwhile ");
    for (const auto* e : all) {
      const std::string sequence = std::to_string(e->what.sequence);
      line("<tr><td>" + link(e->what.sequence, sequence) + "</td><td class=\"time\">" +
           second_text(e->what.occurred_at) + "</td><td>" + method_text(e->what) + "</td><td>" +
           own(scope_text(t_, e->what.scope)) + "</td><td class=\"time\">" + second_text(e->what.recorded_at) +
           "</td><td>" + escaped(duration_text(t_, e->what.recorded_at - e->what.occurred_at)) +
           "</td><td class=\"figure\">" + escaped(t_.number(e->sent_meanwhile)) + "</td></tr>");
    }
    end_table();
    for (const auto* e : all)
      add_event(*e, "opposition_detail");
  }

  void add_consents() {
    heading("consents");
    const auto all = by_act(event_kind::opt_in);
    if (all.empty()) return paragraph(text("no_consent"));
    for (const auto* e : all)
      add_event(*e, "consent_detail");
  }

  // In the order in which the person acted.
  std::vector<const dossier::event*> by_act(event_kind k) const {
    std::vector<const dossier::event*> some;
    for (const auto& e : d_.events) {
      if (e.what.kind == k) some.push_back(&e);
    }
    std::ranges::stable_sort(some, {}, [](const dossier::event* e) { return e->what.occurred_at; });
    return some;
  }

  void add_event(const dossier::event& one, std::string_view title_key) {
    const store::event& e = one.what;
    const bool opt_in = e.kind == event_kind::opt_in;
    line("<section class=\"event\" id=\"e" + std::to_string(e.sequence) + "\">");
    line(tag("h3", text(title_key, {day_text(t_, e.occurred_at), std::to_string(e.sequence)})));
    if (opt_in && e.erased_by == 0 && !store::made_by_gate(e.method) &&
        (e.evidence.empty() || e.evidence_sha256.empty() || e.wording.empty()))
      paragraph(text("incomplete"), "warning");
    std::vector<row> rows{{"effect", effect_text(one.effect)},
                          {"occurred_at", moment_text(e.occurred_at)},
                          {"recorded_at", moment_text(e.recorded_at)}};
    if (!opt_in) rows.emplace_back("delay_to_effect", escaped(duration_text(t_, e.recorded_at - e.occurred_at)));
    rows.emplace_back("recorded_by", own(e.actor));
    rows.emplace_back("scope", own(scope_text(t_, e.scope)));
    rows.emplace_back("method", method_text(e));
    add_provenance(rows, e);
    add_proof(rows, e);
    if (e.expires_at) rows.emplace_back("expires_at", moment_text(*e.expires_at));
    rows.emplace_back("id", code(store::to_string(e.id)));
    facts(rows);
    line("</section>");
  }

  // What an opt-out need not have is left out where it is not there; what an opt-in should have is missed.
  void add_provenance(std::vector<row>& rows, const store::event& e) const {
    const bool missed = e.kind == event_kind::opt_in && !store::made_by_gate(e.method);
    const auto add = [&](std::string_view key, std::string_view value) {
      if (!value.empty()) return void(rows.emplace_back(key, own(value)));
      if (missed) rows.emplace_back(key, tag("strong", text("missing")));
    };
    add("source", e.source);
    add("source_kind", t_.name("kind", store::name(e.source_kind)));
    add("collector", e.collector);
  }

  void add_proof(std::vector<row>& rows, const store::event& e) const {
    const bool opt_in = e.kind == event_kind::opt_in;
    const bool by_gate = store::made_by_gate(e.method);
    const auto missing = [&](std::string_view key) {
      return e.erased_by != 0 ? text("removed", {std::to_string(e.erased_by)}) : tag("strong", text(key));
    };
    rows.emplace_back("evidence", e.evidence.empty()
                                      ? missing(opt_in ? "missing_evidence" : "missing_evidence_of_opposition")
                                      : evidence_text(e));
    if (!e.evidence_sha256.empty())
      rows.emplace_back("evidence_sha256", code(e.evidence_sha256));
    else if (opt_in && !by_gate)
      rows.emplace_back("evidence_sha256", tag("strong", text("missing_digest")));
    if (!e.wording.empty())
      rows.emplace_back("wording", own(e.wording));
    else if (opt_in && !by_gate)
      rows.emplace_back("wording", missing("missing_wording"));
  }

  // Of what the gate made from a message: what a reader wants first, then all of it.
  std::string evidence_text(const store::event& e) const {
    boost::system::error_code error;
    const auto parsed = boost::json::parse(e.evidence, error);
    if (!store::made_by_gate(e.method) || error || !parsed.is_object()) return own(e.evidence);
    std::string html;
    for (const char* name : {"text", "source_addr", "destination_addr", "system_id", "data_coding", "rule"}) {
      const auto* value = parsed.as_object().if_contains(name);
      if (value == nullptr) continue;
      const std::string shown = value->is_string() ? std::string(value->as_string()) : boost::json::serialize(*value);
      html += t_("pair", {escaped(t_.name("sms", name)), own(shown)}) + "<br>";
    }
    return html + code(e.evidence);
  }

  std::string effect_text(const effect& e) const {
    static constexpr std::array<std::string_view, 10> keys{"",
                                                          "effect.effective",
                                                          "effect.ended",
                                                          "effect.ineffective",
                                                          "effect.reassigned",
                                                          "effect.erased",
                                                          "effect.recalled",
                                                          "effect.expired",
                                                          "effect.lifted",
                                                          "effect.corrected"};
    const auto key = keys[static_cast<std::size_t>(e.what)];
    if (key.empty()) return {};
    return tag("strong", text(key, {std::to_string(e.by), day_text(t_, e.since)}));
  }

  void add_others() {
    heading("others");
    std::vector<const store::event*> all;
    for (const auto& e : d_.recalls)
      all.push_back(&e);
    for (const auto& e : d_.events) {
      if (e.what.kind != event_kind::opt_in && e.what.kind != event_kind::opt_out) all.push_back(&e.what);
    }
    if (all.empty()) return paragraph(text("no_other"));
    std::ranges::sort(all, {}, &store::event::sequence);
    begin_table({"event", "when", "what", "reason", "by_whom"});
    for (const auto* e : all) {
      std::string what = escaped(t_.name("event", store::name(e->kind)));
      if (!e->source.empty()) what += "<br>" + own(t_("about_source", {e->source}));
      if (e->corrects) what += "<br>" + corrected_text(*e->corrects);
      const bool by_two = !e->approved_by.empty();  // what the one proposed counts from the other's approval on
      std::string who = own(e->actor);
      if (by_two) {
        who = text("proposed_by") + " " + who + ", " + second_text(e->occurred_at) + "<br>" + text("approved_by") +
              " " + own(e->approved_by);
      }
      line("<tr id=\"e" + std::to_string(e->sequence) + "\"><td>" + std::to_string(e->sequence) +
           "</td><td class=\"time\">" + second_text(by_two ? e->recorded_at : e->occurred_at) + "</td><td>" + what +
           "</td><td>" + (e->reason.empty() ? text("no_reason") : own(e->reason)) + "</td><td>" + who + "</td></tr>");
    }
    end_table();
  }

  std::string corrected_text(const store::event_id& id) const {
    const auto label = [&](std::uint64_t sequence) {
      return link(sequence, text("about_event", {std::to_string(sequence)}));
    };
    for (const auto& e : d_.events) {
      if (e.what.id == id) return label(e.what.sequence);
    }
    for (const auto& e : d_.recalls) {
      if (e.id == id) return label(e.sequence);
    }
    return code(store::to_string(id));
  }

  void add_messages() {
    heading("messages");
    if (d_.message_count == 0) return paragraph(text("no_message"));
    const bool observed = all_messages().observed > 0;
    const std::string_view figures = " forwarded refused observed total ";
    observed ? begin_table({"month", "forwarded", "refused", "observed", "total"}, {}, figures)
             : begin_table({"month", "forwarded", "refused", "total"}, {}, figures);
    const auto counted = [&](const std::string& name, const dossier::month_counts& c) {
      out_ += "<tr><td>" + escaped(name) + "</td>";
      std::vector<std::uint64_t> values{c.forwarded, c.refused};
      if (observed) values.push_back(c.observed);
      values.push_back(c.forwarded + c.refused + c.observed);
      for (const auto v : values)
        out_ += tag("td", escaped(t_.number(v)), "figure");
      line("</tr>");
    };
    for (const auto& [month, c] : d_.by_month)
      counted(month_text(t_, month), c);
    if (d_.by_month.size() > 1) counted(std::string(t_["total"]), all_messages());
    end_table();
    if (d_.messages.size() < d_.message_count)
      paragraph(text("cut", {t_.number(d_.messages.size()), t_.number(d_.message_count)}), "warning");
    std::string month;
    for (const dossier::message& m : d_.messages) {
      const std::chrono::year_month_day day{std::chrono::floor<std::chrono::days>(m.at)};
      if (std::string its = month_text(t_, day.year() / day.month()); its != month) {
        if (!month.empty()) end_table();
        month = std::move(its);
        line(tag("h3", escaped(month), "month"));
        begin_table({"time", "sender", "became", "rested_on", "answer"}, "messages");
      }
      add_message(m);
    }
    end_table();
  }

  void add_message(const dossier::message& m) {
    std::string became = escaped(t_.name("verdict", m.verdict));
    if (m.reason != "none") became = t_("pair", {became, escaped(t_.name("reason", m.reason))});
    std::string sender = own(m.sender);
    if (m.system_id != m.sender) sender += " <span class=\"quiet\">(" + own(m.system_id) + ")</span>";
    line("<tr><td class=\"time\">" + second_text(m.at) + "</td><td>" + sender + "</td><td>" + became + "</td><td>" +
         basis_text(m) + "</td><td>" + answer_text(m) + "</td></tr>");
  }

  std::string basis_text(const dossier::message& m) const {
    if (m.event == 0) {
      if (m.verdict == "forwarded") return text("no_event_needed");
      return m.reason == "no_consent" ? text("no_event") : "–";
    }
    const auto known = kinds_.find(m.event);
    std::string_view key = "on_event";
    if (known != kinds_.end()) {
      if (known->second == event_kind::opt_in) key = "on_consent";
      if (known->second == event_kind::opt_out) key = "on_opposition";
      if (known->second == event_kind::recall) key = "on_recall";
    }
    return link(m.event, text(key, {std::to_string(m.event)}));
  }

  std::string answer_text(const dossier::message& m) const {
    if (!m.answered) return m.verdict == "refused" ? "–" : text("no_answer");
    if (m.command_status != 0) {
      std::array<char, 11> status{};
      std::snprintf(status.data(), status.size(), "0x%08X", m.command_status);
      return text("refused_by_smsc", {status.data()});
    }
    return m.message_id.empty() ? text("accepted_without_id") : own(t_("accepted", {m.message_id}));
  }

  void add_integrity() {
    heading("integrity");
    const auto& c = d_.chain;
    if (c.first_misfit != 0)
      paragraph(text("chain_bad", {t_.number(c.first_misfit), c.why, t_.number(c.events)}), "warning bad");
    else
      paragraph(c.events == 0 ? text("chain_empty") : text("chain_good", {t_.number(c.events)}));
    if (c.events == 0) return;
    std::vector<row> rows{{"head_hash", code(store::hexadecimal(c.head))}};
    if (c.first_misfit == 0) rows.emplace_back("head_time", moment_text(d_.head.recorded_at));
    if (d_.signature) {
      rows.emplace_back("signed_statement", code(d_.signature->statement));
      rows.emplace_back("signature", code(d_.signature->signature));
      rows.emplace_back("public_key", code(d_.signature->public_key));
    }
    facts(rows);
  }

  void add_notes() {
    heading("notes");
    line("<ul>");
    for (const char* key : {"note_effect", "note_meanwhile", "note_groups", "note_verdicts", "note_texts"})
      line(tag("li", text(key)));
    line("</ul>");
  }

  const dossier& d_;
  const texts& t_;
  std::unordered_map<std::uint64_t, event_kind> kinds_;  // of the events on the page
  std::map<event_kind, std::uint64_t> counts_;           // without what was corrected
  std::uint64_t corrected_ = 0;
  std::string out_;
};

}  // namespace

std::string to_html(const dossier& d, const texts& t) {
  return page(d, t).made();
}

}  // namespace proxy
