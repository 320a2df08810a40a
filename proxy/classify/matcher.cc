#include "proxy/classify/matcher.h"

#include <algorithm>

namespace proxy {
namespace {

// How many other words may stand between those of a phrase whose words come in any order.
constexpr std::uint32_t slack_of_phrases = 6 * word_width, slack_of_ordinary = 4 * word_width;

std::uint32_t end_of(const units& text, const hit& h) {
  const unit& last = text.list[h.end - 1U];
  return last.place + (last.single ? 1 : word_width);
}

// Without spaces a short word stands by accident within longer ones: the door (문) in every text message (문자).
bool is_within_another(const hit& h, const std::vector<hit>& hits) {
  static const auto thing = static_cast<std::uint16_t>(std::ranges::find(word_classes, "thing") - word_classes.begin());
  return h.word_class == thing && std::ranges::any_of(hits, [&](const hit& o) {
           return o.kind == h.kind && o.word_class != thing && o.start <= h.start && o.end >= h.end &&
                  o.end - o.start > h.end - h.start;
         });
}

}  // namespace

matcher::matcher(const units& text, const std::vector<hit>& own, const std::vector<hit>& shared,
                 const std::vector<bool>& used)
    : text_(text) {
  const auto take = [&](const std::vector<hit>& hits) {
    for (const hit& h : hits) {
      if (h.kind != static_cast<std::uint16_t>(line_kind::words)) continue;
      bool free = true;
      for (std::size_t i = h.start; i < h.end; ++i)
        free = free && !used[i];
      if (!free || (text.list[h.start].single && is_within_another(h, hits))) continue;
      hits_.push_back(&h);
      present_.set(h.word_class);
    }
  };
  take(own);
  if (&own != &shared) take(shared);
  std::ranges::stable_sort(hits_, [](const hit* a, const hit* b) { return a->start < b->start; });
}

bool matcher::find(const rule& r, const std::function<bool(const span&)>& found) const {
  for (const rule::element& e : r.elements) {
    if (!present_.test(e.one) && (e.alone || (e.classes & present_).none())) return false;
  }
  span s;
  return r.any_order ? in_any_order(r, s, found) : in_order(r, s, found);
}

bool matcher::excluded(const rule& r, const span& s) const {
  if ((r.without & present_).none()) return false;
  const std::uint16_t sentence = text_.list[s.of.front()->start].sentence;
  return std::ranges::any_of(
      hits_, [&](const hit* h) { return r.without.test(h->word_class) && text_.list[h->start].sentence == sentence; });
}

bool matcher::in_order(const rule& r, span& s, const std::function<bool(const span&)>& found) const {
  const std::size_t n = s.of.size();
  if (n == r.elements.size()) return !excluded(r, s) && found(s);
  const rule::element& e = r.elements[n];
  for (const hit* h : hits_) {
    if (!e.classes.test(h->word_class)) continue;
    if (n > 0) {
      const hit& before = *s.of.back();
      if (h->start < before.end) continue;
      const std::uint32_t gap = text_.list[h->start].place - end_of(text_, before);
      if (gap > static_cast<std::uint32_t>(e.gap) * word_width) break;
      const unit& here = text_.list[h->start];
      const unit& there = text_.list[before.start];
      constexpr int within_a_clause = 3;
      if (r.kind == line_kind::ordinary || e.gap <= within_a_clause ? here.clause != there.clause
                                                                    : here.sentence != there.sentence)
        break;
    }
    s.of.push_back(h);
    const bool done = in_order(r, s, found);
    s.of.pop_back();
    if (done) return true;
  }
  return false;
}

bool matcher::in_any_order(const rule& r, span& s, const std::function<bool(const span&)>& found) const {
  const std::size_t n = s.of.size();
  const bool ordinary = r.kind == line_kind::ordinary;
  if (n == r.elements.size()) {
    std::uint32_t first = ~0U, last = 0, inside = 0;
    for (const hit* h : s.of) {
      const std::uint32_t start = text_.list[h->start].place, end = end_of(text_, *h);
      first = std::min(first, start);
      last = std::max(last, end);
      inside += end - start;
    }
    if (last - first - inside > (ordinary ? slack_of_ordinary : slack_of_phrases)) return false;
    return !excluded(r, s) && found(s);
  }
  for (const hit* h : hits_) {
    if (!r.elements[n].classes.test(h->word_class)) continue;
    if (n > 0) {
      const unit& here = text_.list[h->start];
      const unit& there = text_.list[s.of.front()->start];
      if (ordinary ? here.clause != there.clause : here.sentence != there.sentence) continue;
    }
    if (std::ranges::any_of(s.of, [&](const hit* o) { return h->start < o->end && o->start < h->end; })) continue;
    s.of.push_back(h);
    const bool done = in_any_order(r, s, found);
    s.of.pop_back();
    if (done) return true;
  }
  return false;
}

}  // namespace proxy
