#include "proxy/classify/pieces.h"

#include "proxy/classify/hit_classes.h"
#include "proxy/classify/matcher.h"

namespace proxy {
namespace {

// Why somebody wants no more, and that it is not the first time: such words beside an opt-out take nothing from it.
constexpr std::array reasons{class_of("wrong"), class_of("fed"), class_of("say"), class_of("law")};
// What the rest speaks of when a clause is meant, and who or what is to be left out.
constexpr std::array causes{class_of("wrong"), class_of("fed"), class_of("law"), class_of("message")};
constexpr std::array addressees{class_of("wrong"), class_of("phone"), class_of("list")};

template <typename T>
void mark(std::vector<T>& units, const hit& h, T what) {
  std::fill(units.begin() + h.start, units.begin() + h.end, what);
}

}  // namespace

pieces::pieces(const found_words& found, std::size_t language)
    : found_(found),
      language_(language),
      covered_(found.size(), false),
      negation_(found.size(), false),
      means_(found.size(), 0),
      beside_(found.size(), 0) {
  cover();
  find_opt_outs();
}

void pieces::cover() {
  for (std::size_t i = 0; i < found_.size(); ++i)
    covered_[i] = found_.at(i).number;
  found_.each_hit([&](const hit& h) {
    if (among(fillers, h)) mark(covered_, h, true);
  });
  for (const std::size_t l : {std::size_t{0}, language_}) {
    for (const hit& h : found_.hits(l)) {
      if (among(reasons, h)) mark(covered_, h, true);
      if (is_words(h) && h.word_class == class_of("not")) mark(negation_, h, true);
    }
  }
}

void pieces::find_opt_outs() {
  found_.each_hit([&](const hit& h) {
    const bool keyword = h.kind == static_cast<std::uint16_t>(line_kind::keyword_opt_out) && !h.corrected;
    if (!keyword || !found_.is_free(h) || !found_.is_shared_stop(h)) return;
    mark(covered_, h, true);
    mark(means_, h, h.means);
  });
  for (const std::size_t l : {std::size_t{0}, language_}) {
    for (const hit& h : found_.hits(l)) {
      if (found_.meaning(h).intent != intent::opt_out || !found_.is_free(h)) continue;
      mark(covered_, h, true);
      mark(means_, h, h.means);
    }
  }
  const matcher m(found_.text(), found_.hits(language_), found_.hits(0), found_.used());
  for (const std::size_t l : {language_, std::size_t{0}}) {
    for (const rule& r : found_.known().rules(l)) {
      const bool alone = r.kind == line_kind::opt_out_alone;
      if (!alone && r.kind != line_kind::opt_out_beside) continue;
      m.find(r, [&](const matcher::span& s) {
        for (const hit* h : s.of) {
          if (alone) mark(covered_, *h, true);
          mark(alone ? means_ : beside_, *h, r.means);
        }
        return false;
      });
      if (l == 0 && alone && r.elements.size() == 1) causes_.push_back(r.means);
    }
    if (language_ == 0) break;
  }
}

std::uint32_t pieces::said_in_all() const {
  return said(0, found_.size());
}

std::uint32_t pieces::said_in_a_clause() const {
  for (std::size_t first = 0; first < found_.size();) {
    const std::size_t last = found_.end_of_clause(first);
    const std::uint32_t here = negates(first, last) ? 0 : said(first, last);
    const bool tells_what = std::ranges::find(causes_, here) == causes_.end();
    if (here != 0 && tells_what && elsewhere(first, last, causes)) return here;
    const std::uint32_t beside = said_beside(first, last);
    if (beside != 0 && elsewhere(first, last, addressees)) return beside;
    first = last;
  }
  return 0;
}

// The opt-out that units say who say nothing else.
std::uint32_t pieces::said(std::size_t first, std::size_t last) const {
  std::uint32_t found = 0;
  for (std::size_t i = first; i < last; ++i) {
    if (!covered_[i]) return 0;
    if (found == 0) found = means_[i];
  }
  return found;
}

std::uint32_t pieces::said_beside(std::size_t first, std::size_t last) const {
  std::uint32_t found = 0;
  for (std::size_t i = first; i < last; ++i) {
    if (beside_[i] == 0 && (!covered_[i] || negation_[i])) return 0;
    if (found == 0) found = beside_[i];
  }
  return found;
}

// By a word that belongs to no opt-out.
bool pieces::negates(std::size_t first, std::size_t last) const {
  for (std::size_t i = first; i < last; ++i) {
    if (negation_[i] && means_[i] == 0) return true;
  }
  return false;
}

template <std::size_t N>
bool pieces::elsewhere(std::size_t first, std::size_t last, const std::array<std::size_t, N>& classes) const {
  for (const std::size_t l : {std::size_t{0}, language_}) {
    for (const hit& h : found_.hits(l)) {
      if ((h.start < first || h.start >= last) && !found_.used()[h.start] && among(classes, h)) return true;
    }
  }
  return false;
}

}  // namespace proxy
