#include "proxy/classify/found_words.h"

#include <algorithm>

#include "proxy/classify/hit_classes.h"

namespace proxy {

found_words::found_words(const lexicon& known, const units& text)
    : known_(known), text_(text), size_(text.list.size()), used_(text.list.size(), false) {
  static thread_local std::vector<std::vector<hit>> hits;
  known.find(text, hits);
  hits_ = &hits;
  cut_signature();
}

void found_words::weigh() {
  rank();
  set_ordinary_aside();
}

void found_words::cut_signature() {
  std::size_t cut = size_;
  each_hit([&](const hit& h) {
    if (h.kind != static_cast<std::uint16_t>(line_kind::signature) || h.start == 0) return;
    // A single word begins a signature only where a clause begins: "Att, João", not "sluta upp med att skicka".
    if (h.end - h.start > 1 || text_.list[h.start].clause != text_.list[h.start - 1U].clause)
      cut = std::min<std::size_t>(cut, h.start);
  });
  if (cut == size_) return;
  size_ = cut;
  for (std::vector<hit>& of_language : *hits_)
    std::erase_if(of_language, [&](const hit& h) { return h.end > cut; });
}

// The languages that the text may be in: those that know at least half as many of its words as the best.
void found_words::rank() {
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

void found_words::set_ordinary_aside() {
  std::vector<bool> aside = used_, otherwise = used_;
  for (const candidate& c : candidates_) {
    if (c.covered * 4 < candidates_.front().covered * 3 && known_.language(c.language) != "own") continue;
    for (const std::size_t l : {std::size_t{0}, c.language}) {
      for (const hit& h : hits(l)) {
        // "Who is this? Stop texting" is no "this stop".
        const bool in_a_clause = text_.list[h.start].clause == text_.list[h.end - 1U].clause;
        if (h.kind == static_cast<std::uint16_t>(line_kind::ordinary) && in_a_clause &&
            !is_part_of_opt_out(c.language, h))
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
bool found_words::refuses_within(std::size_t language, const matcher::span& s) const {
  return s.of.size() > 1 && std::ranges::any_of(hits(language), [&](const hit& h) {
           return is_words(h) && (h.word_class == class_of("want") || h.word_class == class_of("polite")) &&
                  h.start >= s.of[0]->end && h.end <= s.of[1]->start;
         });
}

// "cancel my subscription" is no "cancel my", whose object may be anything.
bool found_words::is_part_of_opt_out(std::size_t language, const hit& h) const {
  return std::ranges::any_of(hits(language), [&](const hit& o) {
    return o.start <= h.start && o.end >= h.end && o.end - o.start > h.end - h.start && !is_words(o) &&
           known_.meaning(o.means).intent == intent::opt_out;
  });
}

bool found_words::is_free(const hit& h) const {
  return std::none_of(used_.begin() + h.start, used_.begin() + h.end, [](bool u) { return u; });
}

bool found_words::is_shared_stop(const hit& h) const {
  return std::ranges::any_of(hits(0), [&](const hit& s) {
    return is_words(s) && s.word_class == class_of("stop") && s.start == h.start && s.end == h.end;
  });
}

std::size_t found_words::end_of_clause(std::size_t first) const {
  std::size_t last = first;
  while (last < size_ && text_.list[last].clause == text_.list[first].clause)
    ++last;
  return last;
}

bool found_words::refuses() const {
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

void found_words::adopt(classification& c, std::size_t language) const {
  const std::string shared = ":" + c.language + ":";
  if (language == 0) return;
  c.language = known_.language(language);
  c.rule.replace(c.rule.find(shared), shared.size(), ":" + c.language + ":");
}

}  // namespace proxy
