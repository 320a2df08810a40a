#include "proxy/classify/understanding.h"

#include <algorithm>
#include <optional>
#include <span>

#include "proxy/classify/hit_classes.h"
#include "proxy/classify/matcher.h"
#include "proxy/classify/pieces.h"

namespace proxy {
namespace {

bool is_keyword(const hit& h) {
  return h.kind >= static_cast<std::uint16_t>(line_kind::keyword_opt_out) &&
         h.kind <= static_cast<std::uint16_t>(line_kind::keyword_yes);
}

class reader {
 public:
  reader(const lexicon& known, const units& text) : known_(known), text_(text), used_(text.list.size(), false) {
    static thread_local std::vector<std::vector<hit>> hits;
    known.find(text, hits);
    hits_ = &hits;
  }

  classification read() {
    size_ = text_.list.size();
    cut_signature();
    if (size_ == 0) return {};
    if (const auto c = bare_keyword()) return *c;  // what most people write: nothing else need be known of the text
    rank();
    set_ordinary_aside();
    if (const auto c = keyword_in(0, size_); c && (c->intent != intent::none || c->yes)) return *c;
    if (const auto c = phrase(true)) return *c;
    if (const auto c = in_pieces()) return *c;
    if (const auto c = keyword_beside_subject()) return *c;
    if (const auto c = shouted_keyword()) return *c;
    if (const auto c = phrase(false)) return *c;
    return {};
  }

 private:
  struct candidate {
    std::size_t language;
    std::size_t covered;
  };

  const std::vector<hit>& hits(std::size_t language) const { return (*hits_)[language]; }

  template <typename Function>
  void each_hit(Function f) const {
    for (const std::vector<hit>& of_language : *hits_) {
      for (const hit& h : of_language)
        f(h);
    }
  }

  void cut_signature() {
    std::size_t cut = size_;
    each_hit([&](const hit& h) {
      if (h.kind == static_cast<std::uint16_t>(line_kind::signature) && h.start > 0)
        cut = std::min<std::size_t>(cut, h.start);
    });
    if (cut == size_) return;
    size_ = cut;
    for (std::vector<hit>& of_language : *hits_)
      std::erase_if(of_language, [&](const hit& h) { return h.end > cut; });
  }

  // The languages that the text may be in: those that know at least half as many of its words as the best.
  void rank() {
    std::size_t best = 0;
    for (std::size_t l = 1; l < known_.languages(); ++l) {
      std::size_t covered = 0, end = 0;
      for (const hit& h : hits(l)) {
        if (h.end <= end) continue;
        covered += h.end - std::max<std::size_t>(h.start, end);
        end = h.end;
      }
      if (covered > 0) candidates_.push_back({l, covered});
      best = std::max(best, covered);
    }
    std::erase_if(candidates_,
                  [&](const candidate& c) { return c.covered * 2 < best && known_.language(c.language) != "own"; });
    std::ranges::stable_sort(candidates_, [](const candidate& a, const candidate& b) { return a.covered > b.covered; });
    if (candidates_.empty()) candidates_.push_back({0, 0});
  }

  template <typename Function>
  void each_rule(std::size_t language, Function f) const {
    for (const rule& r : known_.rules(language))
      f(r);
    if (language == 0) return;
    for (const rule& r : known_.rules(0))
      f(r);
  }

  void set_ordinary_aside() {
    std::vector<bool> aside = used_, otherwise = used_;
    for (const candidate& c : candidates_) {
      if (c.covered * 4 < candidates_.front().covered * 3 && known_.language(c.language) != "own") continue;
      for (const std::size_t l : {std::size_t{0}, c.language}) {
        for (const hit& h : hits(l)) {
          if (h.kind == static_cast<std::uint16_t>(line_kind::ordinary) && !is_part_of_opt_out(c.language, h))
            std::fill(otherwise.begin() + h.start, otherwise.begin() + h.end, true);
        }
      }
      const matcher m(text_, hits(c.language), hits(0), used_);
      each_rule(c.language, [&](const rule& r) {
        if (r.kind != line_kind::ordinary) return;
        m.find(r, [&](const matcher::span& s) {
          if (!r.any_order && refuses_within(c.language, s)) return false;
          std::vector<bool>& where = r.any_order ? aside : otherwise;
          for (const hit* h : s.of)
            std::fill(where.begin() + h->start, where.begin() + h->end, true);
          return false;
        });
      });
    }
    said_otherwise_ = otherwise;
    for (std::size_t i = 0; i < used_.size(); ++i)
      used_[i] = aside[i] || otherwise[i];
  }

  // "not interested, remove", "no thanks, stop": what is not is what stands between.
  bool refuses_within(std::size_t language, const matcher::span& s) const {
    return s.of.size() > 1 && std::ranges::any_of(hits(language), [&](const hit& h) {
             return is_words(h) && (h.word_class == class_of("want") || h.word_class == class_of("polite")) &&
                    h.start >= s.of[0]->end && h.end <= s.of[1]->start;
           });
  }

  // "cancel my subscription" is no "cancel my", whose object may be anything.
  bool is_part_of_opt_out(std::size_t language, const hit& h) const {
    return std::ranges::any_of(hits(language), [&](const hit& o) {
      return o.start <= h.start && o.end >= h.end && o.end - o.start > h.end - h.start && !is_words(o) &&
             known_.meaning(o.means).intent == intent::opt_out;
    });
  }

  // What the units [first, last) say when they are keywords of one meaning and fillers.
  std::optional<classification> keyword_in(std::size_t first, std::size_t last) const {
    std::vector<std::uint16_t> filled(size_ + 1, 0), polite(size_ + 1, 0);
    std::vector<const hit*> keyword(size_ + 1, nullptr);
    each_hit([&](const hit& h) {
      if (h.start < first || h.end > last) return;
      if (is_keyword(h)) {
        const hit*& best = keyword[h.start];
        if (best == nullptr || h.end > best->end) best = &h;
      } else if (among(fillers, h)) {
        filled[h.start] = std::max(filled[h.start], h.end);
        if (h.word_class == class_of("polite")) polite[h.start] = std::max(polite[h.start], h.end);
      }
    });
    const hit* found = nullptr;
    bool only_polite = true;
    for (std::size_t i = first; i < last;) {
      if (said_otherwise_[i]) return {};
      if (const hit* k = keyword[i]) {
        if (found != nullptr && !same(*k, *found)) return {};
        if (found == nullptr || known_.meaning(k->means).everything) found = k;
        i = k->end;
      } else if (filled[i] > i) {
        only_polite = only_polite && polite[i] == filled[i];
        i = filled[i];
      } else if (text_.list[i].number) {
        ++i;
      } else {
        return {};
      }
    }
    if (found == nullptr) return {};
    classification c = known_.meaning(found->means);
    if (c.intent == intent::help && !only_polite) return {};  // "contact me"
    if (c.intent == intent::opt_in && refuses()) return {};
    if (found->corrected) c.rule.replace(0, c.rule.find(':'), "spelling");
    if (c.language == "en" || c.language == known_.language(0)) c.language = language_beside(*found, c.language);
    return c;
  }

  // Who says STOP and merci is answered in French: the language that alone knows most of the little words beside a
  // keyword of all languages. Those that all share are English.
  std::string language_beside(const hit& keyword, std::string language) const {
    const auto known_by = [&](std::size_t l) {
      std::size_t width = 0, end = 0;
      for (const hit& h : hits(l)) {
        if (!among(fillers, h) || h.start < end || (h.start < keyword.end && h.end > keyword.start)) continue;
        width += h.end - h.start;
        end = h.end;
      }
      return width;
    };
    std::size_t most = known_by(0);
    for (std::size_t l = 1; l < known_.languages(); ++l)
      if (known_.language(l) == "en") most += known_by(l);
    for (std::size_t l = 1; l < known_.languages(); ++l) {
      const std::size_t width = known_.language(l) == "en" ? 0 : known_by(l);
      if (width > most)
        language = known_.language(l);
      else if (width == most && width > 0)
        language = "en";
      most = std::max(most, width);
    }
    return language;
  }

  // A text that is a keyword, once or again and again, whatever else these words may mean beside others.
  std::optional<classification> bare_keyword() const {
    std::vector<const hit*> reached(size_ + 1, nullptr);  // by the last keyword of a row of them
    for (std::size_t i = 0; i < size_; ++i) {
      if (i > 0 && reached[i] == nullptr) continue;
      const hit* before = i > 0 ? reached[i] : nullptr;
      each_hit([&](const hit& h) {
        if (!is_keyword(h) || h.corrected || h.start != i || (before != nullptr && !same(h, *before))) return;
        const hit* further = before != nullptr && !known_.meaning(h.means).everything ? before : &h;
        if (reached[h.end] == nullptr || h.start < reached[h.end]->start) reached[h.end] = further;
      });
    }
    if (reached[size_] == nullptr) return {};
    return known_.meaning(reached[size_]->means);
  }

  bool same(const hit& a, const hit& b) const {
    return known_.meaning(a.means).intent == known_.meaning(b.means).intent &&
           known_.meaning(a.means).yes == known_.meaning(b.means).yes;
  }

  std::optional<classification> in_pieces() const {
    for (const candidate& c : candidates_) {
      const pieces p(known_, text_, size_, *hits_, c.language, used_);
      std::uint32_t found = p.said_in_all();
      if (found == 0 && c.covered == candidates_.front().covered) found = p.said_in_a_clause();
      if (found == 0) continue;
      classification out = known_.meaning(found);
      if (out.language == known_.language(0)) adopt(out, c.language);
      return out;
    }
    return {};
  }

  bool is_free(const hit& h) const {
    return std::none_of(used_.begin() + h.start, used_.begin() + h.end, [](bool u) { return u; });
  }

  std::size_t end_of_clause(std::size_t first) const {
    std::size_t last = first;
    while (last < size_ && text_.list[last].clause == text_.list[first].clause)
      ++last;
    return last;
  }

  // A clause that is a keyword, in a text that speaks of messages: "3 SMS a day, STOP".
  std::optional<classification> keyword_beside_subject() const {
    for (std::size_t first = 0; first < size_;) {
      const std::size_t last = end_of_clause(first);
      const auto c = keyword_in(first, last);
      if (c && c->intent == intent::opt_out && speaks_of_messages(first, last)) return c;
      first = last;
    }
    return {};
  }

  // "how often must I write STOP": in capitals at the end, and others are not. "STOP!! no way" begins with it, and a
  // footer that is told of goes on, "what does STOP to 36111 mean".
  std::optional<classification> shouted_keyword() const {
    for (std::size_t l = 0; l < known_.languages(); ++l) {
      const bool spoken = std::ranges::any_of(candidates_, [&](const candidate& c) { return c.language == l; });
      if (l != 0 && known_.language(l) != "en" && !spoken) continue;
      for (const hit& h : hits(l)) {
        if (!is_keyword(h) || h.corrected || known_.meaning(h.means).intent != intent::opt_out) continue;
        const auto units = std::span(text_.list).subspan(h.start, h.end - h.start);
        if (!std::ranges::all_of(units, &unit::shouted) || !is_free(h)) continue;
        const bool last = h.end == size_ || text_.list[h.end].clause != text_.list[h.end - 1U].clause;
        if (h.start == 0 || !last || (h.end < size_ && text_.list[h.end].number)) continue;
        return known_.meaning(h.means);
      }
    }
    return {};
  }

  bool speaks_of_messages(std::size_t first, std::size_t last) const {
    bool found = false;
    const auto look = [&](std::size_t language) {
      for (const hit& h : hits(language))
        found = found || ((h.start < first || h.start >= last) && !used_[h.start] && among(subjects, h));
    };
    look(0);
    for (const candidate& c : candidates_)
      look(c.language);
    return found;
  }

  bool only_fillers_around(const matcher::span& s) const {
    std::vector<bool> covered(size_, false);
    for (const hit* h : s.of)
      std::fill(covered.begin() + h->start, covered.begin() + h->end, true);
    each_hit([&](const hit& h) {
      if (h.end > size_) return;
      if (known_.meaning(h.means).intent == intent::opt_out || among(fillers, h))
        std::fill(covered.begin() + h.start, covered.begin() + h.end, true);
    });
    for (std::size_t i = 0; i < size_; ++i) {
      if (!covered[i] && !text_.list[i].number) return false;
    }
    return true;
  }

  std::optional<classification> phrase(bool out) {
    if (!out && refuses()) return {};
    for (const candidate& c : candidates_) {
      know(c.language);
      std::optional<classification> found = literal_phrase(c.language, c.language, out);
      if (!found && c.language != 0) found = literal_phrase(0, c.language, out);
      if (found) return found;
      const matcher m(text_, hits(c.language), hits(0), used_);
      each_rule(c.language, [&](const rule& r) {
        using enum line_kind;
        if (found) return;
        const bool wanted = out ? r.kind == opt_out || r.kind == opt_out_all || r.kind == opt_out_alone
                                : r.kind == opt_in || r.kind == opt_in_alone;
        if (!wanted) return;
        const bool alone = r.kind == opt_out_alone || r.kind == opt_in_alone;
        const bool holds = m.find(
            r, [&](const matcher::span& s) { return alone ? only_fillers_around(s) : mostly_known(c.language, s); });
        if (!holds) return;
        found = known_.meaning(r.means);
        if (found->language == known_.language(0)) adopt(*found, c.language);
      });
      if (found) return found;
    }
    return {};
  }

  // A rule that all languages share is told as the one of the text's.
  void adopt(classification& c, std::size_t language) const {
    const std::string shared = ":" + c.language + ":";
    if (language == 0) return;
    c.language = known_.language(language);
    c.rule.replace(c.rule.find(shared), shared.size(), ":" + c.language + ":");
  }

  // Which units the language has words for.
  void know(std::size_t language) {
    known_units_.assign(size_, false);
    for (const std::size_t l : {std::size_t{0}, language}) {
      for (const hit& h : hits(l))
        std::fill(known_units_.begin() + h.start, known_units_.begin() + h.end, true);
    }
    for (std::size_t i = 0; i < size_; ++i)
      known_units_[i] = known_units_[i] || text_.list[i].number;
  }

  // How much of the text, in percent, the language has no words for.
  std::uint32_t strangeness() const {
    std::uint32_t all = 0, strange = 0;
    for (std::size_t i = 0; i < size_; ++i) {
      const std::uint32_t width = text_.list[i].single ? 1 : word_width;
      all += width;
      strange += known_units_[i] ? 0 : width;
    }
    return strange * 100 / all;
  }

  bool is_in_a_clause_of(const matcher::span& s, std::size_t i) const {
    const std::uint16_t clause = text_.list[i].clause;
    return std::ranges::any_of(s.of, [&](const hit* h) {
      return clause >= text_.list[h->start].clause && clause <= text_.list[h->end - 1U].clause;
    });
  }

  // A phrase counts only when the clauses that it stands in are mostly of words that the language knows: what speaks of
  // something else has other words.
  bool mostly_known(std::size_t language, const matcher::span& s) const {
    if (known_.language(language) == "own") return true;                           // the operator knows best
    constexpr std::uint32_t strange_beside_messages = 45, strange_otherwise = 20;  // percent
    std::uint32_t all = 0, strange = 0;
    for (std::size_t i = 0; i < size_; ++i) {
      if (!is_in_a_clause_of(s, i)) continue;
      const std::uint32_t width = text_.list[i].single ? 1 : word_width;
      all += width;
      strange += known_units_[i] ? 0 : width;
    }
    const auto concerns = [&](const hit& h) {
      return is_words(h) && (among(subjects, h) || h.word_class == class_of("phone")) && is_in_a_clause_of(s, h.start);
    };
    const bool about_messages = std::ranges::any_of(hits(0), concerns) || std::ranges::any_of(hits(language), concerns);
    constexpr std::uint32_t strange_in_all = 40;
    if (!about_messages && strangeness() > strange_in_all) return false;
    return strange * 100 <= all * (about_messages ? strange_beside_messages : strange_otherwise);
  }

  std::optional<classification> literal_phrase(std::size_t language, std::size_t as, bool out) const {
    using enum line_kind;
    for (const hit& h : hits(language)) {
      const auto kind = static_cast<line_kind>(h.kind);
      if (out ? kind != opt_out && kind != opt_out_all : kind != opt_in) continue;
      if (std::any_of(used_.begin() + h.start, used_.begin() + h.end, [](bool u) { return u; })) continue;
      if (!mostly_known(as, matcher::span{{&h}})) continue;
      return known_.meaning(h.means);
    }
    return {};
  }

  bool refuses() const {
    for (const candidate& c : candidates_) {
      for (const std::size_t language : {std::size_t{0}, c.language}) {
        for (const hit& h : hits(language)) {
          if (among(refusals, h)) return true;
          const auto kind = static_cast<line_kind>(h.kind);
          if (kind == line_kind::keyword_opt_out || kind == line_kind::keyword_opt_out_all) return true;
        }
      }
    }
    return false;
  }

  const lexicon& known_;
  const units& text_;
  std::size_t size_ = 0;
  std::vector<bool> used_;            // set aside by ordinary phrases of any form
  std::vector<bool> said_otherwise_;  // by those whose words stand in a row
  std::vector<bool> known_units_;
  std::vector<std::vector<hit>>* hits_ = nullptr;
  std::vector<candidate> candidates_;
};

}  // namespace

classification understand(const lexicon& known, const units& text) {
  if (text.list.empty()) return {};
  return reader(known, text).read();
}

}  // namespace proxy
