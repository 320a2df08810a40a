#include "proxy/classify/phrases.h"

#include <algorithm>

#include "proxy/classify/hit_classes.h"

namespace proxy {

bool phrases::only_fillers_around(const matcher::span& s) const {
  std::vector<bool> covered(found_.size(), false);
  for (const hit* h : s.of)
    std::fill(covered.begin() + h->start, covered.begin() + h->end, true);
  found_.each_hit([&](const hit& h) {
    if (h.end > found_.size()) return;
    if (found_.meaning(h).intent == intent::opt_out || among(fillers, h))
      std::fill(covered.begin() + h.start, covered.begin() + h.end, true);
  });
  for (std::size_t i = 0; i < found_.size(); ++i) {
    if (!covered[i] && !found_.at(i).number) return false;
  }
  return true;
}

std::optional<classification> phrases::said(bool out) {
  if (!out && found_.refuses()) return {};
  for (const found_words::candidate& c : found_.candidates()) {
    know(c.language);
    std::optional<classification> found = literal(c.language, c.language, out);
    if (!found && c.language != 0) found = literal(0, c.language, out);
    if (found) return found;
    const matcher m(found_.text(), found_.hits(c.language), found_.hits(0), found_.used());
    found_.each_rule(c.language, [&](const rule& r) {
      using enum line_kind;
      if (found) return;
      const bool wanted = out ? r.kind == opt_out || r.kind == opt_out_all || r.kind == opt_out_alone
                              : r.kind == opt_in || r.kind == opt_in_alone;
      if (!wanted) return;
      const bool alone = r.kind == opt_out_alone || r.kind == opt_in_alone;
      const bool holds = m.find(
          r, [&](const matcher::span& s) { return alone ? only_fillers_around(s) : mostly_known(c.language, s); });
      if (!holds) return;
      found = found_.known().meaning(r.means);
      if (found->language == found_.known().language(0)) found_.adopt(*found, c.language);
    });
    if (found) return found;
  }
  return {};
}

std::optional<classification> phrases::undone() const {
  for (const found_words::candidate& c : found_.candidates()) {
    const std::vector<hit>& hits = found_.hits(c.language);
    const auto is_of = [](std::string_view word_class) {
      return [wanted = class_of(word_class)](const hit& h) { return is_words(h) && h.word_class == wanted; };
    };
    if (std::ranges::none_of(hits, is_of("mistake"))) continue;
    const auto back = std::ranges::find_if(hits, is_of("back"));
    if (back == hits.end()) continue;
    // "Don't add me back", "you added me back by mistake, remove me".
    const auto refuses = [&](const hit& h) {
      const bool before = is_of("not")(h) && found_.at(h.start).clause == found_.at(back->start).clause;
      return (before && h.start < back->start) || (among(refusals, h) && h.start >= back->end);
    };
    if (std::ranges::any_of(hits, refuses) || std::ranges::any_of(found_.hits(0), refuses)) continue;
    const std::string& language = found_.known().language(c.language);
    return classification{
        .intent = intent::opt_in, .language = language, .rule = "phrase:" + language + ":[mistake] + [back]"};
  }
  return {};
}

// Which units the language has words for.
void phrases::know(std::size_t language) {
  known_units_.assign(found_.size(), false);
  for (const std::size_t l : {std::size_t{0}, language}) {
    for (const hit& h : found_.hits(l))
      std::fill(known_units_.begin() + h.start, known_units_.begin() + h.end, true);
  }
  for (std::size_t i = 0; i < found_.size(); ++i)
    known_units_[i] = known_units_[i] || found_.at(i).number;
}

// How much of the text, in percent, the language has no words for.
std::uint32_t phrases::strangeness() const {
  std::uint32_t all = 0, strange = 0;
  for (std::size_t i = 0; i < found_.size(); ++i) {
    const std::uint32_t width = found_.at(i).single ? 1 : word_width;
    all += width;
    strange += known_units_[i] ? 0 : width;
  }
  return strange * 100 / all;
}

bool phrases::is_in_a_clause_of(const matcher::span& s, std::size_t i) const {
  const std::uint16_t clause = found_.at(i).clause;
  return std::ranges::any_of(s.of, [&](const hit* h) {
    return clause >= found_.at(h->start).clause && clause <= found_.at(h->end - 1U).clause;
  });
}

// A phrase counts only when the clauses that it stands in are mostly of words that the language knows: what speaks of
// something else has other words.
bool phrases::mostly_known(std::size_t language, const matcher::span& s) const {
  if (found_.known().language(language) == "own") return true;  // the operator knows best
  // Beside messages and otherwise, in percent. Five words in a row say the same whatever stands around them.
  std::uint32_t strange_beside_messages = 45, strange_otherwise = 20;
  std::uint32_t all = 0, strange = 0;
  for (std::size_t i = 0; i < found_.size(); ++i) {
    if (!is_in_a_clause_of(s, i)) continue;
    const std::uint32_t width = found_.at(i).single ? 1 : word_width;
    all += width;
    strange += known_units_[i] ? 0 : width;
  }
  // "Ne pišite više ovamo": a long phrase that leaves little else in its clauses says enough.
  std::uint32_t own = 0;
  for (const hit* h : s.of)
    own += std::uint32_t(h->end - h->start) * (found_.at(h->start).single ? 1 : word_width);
  constexpr std::uint32_t long_phrase = 3 * word_width, most = 66;  // percent
  if (own >= long_phrase && own * 100 >= all * most) return true;
  const auto concerns = [&](const hit& h) {
    return is_words(h) && (among(subjects, h) || h.word_class == class_of("phone")) && is_in_a_clause_of(s, h.start);
  };
  const bool about_messages =
      std::ranges::any_of(found_.hits(0), concerns) || std::ranges::any_of(found_.hits(language), concerns);
  constexpr std::uint32_t strange_in_all = 40, in_a_row = 5 * word_width;
  if (s.of.size() == 1 && own >= in_a_row) {
    strange_beside_messages = 60;
    strange_otherwise = 45;
  }
  if (!about_messages && strangeness() > strange_in_all) return false;
  return strange * 100 <= all * (about_messages ? strange_beside_messages : strange_otherwise);
}

std::optional<classification> phrases::literal(std::size_t language, std::size_t as, bool out) const {
  using enum line_kind;
  for (const hit& h : found_.hits(language)) {
    const auto kind = static_cast<line_kind>(h.kind);
    if (out ? kind != opt_out && kind != opt_out_all : kind != opt_in) continue;
    if (!found_.is_free(h) || !mostly_known(as, matcher::span{{&h}})) continue;
    return found_.meaning(h);
  }
  return {};
}

}  // namespace proxy
