#include "proxy/classify/keywords.h"

#include <algorithm>
#include <span>

#include "proxy/classify/hit_classes.h"

namespace proxy {
namespace {

bool is_keyword(const hit& h) {
  return h.kind >= static_cast<std::uint16_t>(line_kind::keyword_opt_out) &&
         h.kind <= static_cast<std::uint16_t>(line_kind::keyword_yes);
}

}  // namespace

std::optional<classification> keywords::within(std::size_t first, std::size_t last) const {
  std::vector<std::uint16_t> filled(found_.size() + 1, 0), polite(found_.size() + 1, 0);
  std::vector<const hit*> keyword(found_.size() + 1, nullptr);
  found_.each_hit([&](const hit& h) {
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
    if (found_.said_otherwise(i)) return {};
    const hit* k = keyword[i];
    const bool thanks =
        k != nullptr && found != nullptr && found_.meaning(*k).yes && filled[i] >= k->end;  // Danish tak
    if (k != nullptr && !thanks) {
      const bool yes = found != nullptr && found_.meaning(*found).yes;  // "yes, stop"
      if (found != nullptr && !same(*k, *found) && !yes) return {};
      if (found == nullptr || yes || found_.meaning(*k).everything) found = k;
      i = k->end;
    } else if (filled[i] > i) {
      only_polite = only_polite && polite[i] == filled[i];
      i = filled[i];
    } else if (found_.at(i).number) {
      ++i;
    } else if (found != nullptr && last == found_.size() && found_.is_shared_stop(*found) && is_name_after(polite, i)) {
      break;
    } else {
      return {};
    }
  }
  if (found == nullptr) return {};
  classification c = found_.meaning(*found);
  if (c.intent == intent::help && !only_polite) return {};  // "contact me"
  if (c.intent == intent::opt_in && found_.refuses()) return {};
  if (found->corrected) c.rule.replace(0, c.rule.find(':'), "spelling");
  if (c.language == "en" || c.language == found_.known().language(0)) c.language = language_beside(*found, c.language);
  return c;
}

// "Please STOP. Thanks, Mary Smith": one or two words at the end, behind the politeness, that are nothing else.
bool keywords::is_name_after(const std::vector<std::uint16_t>& polite, std::size_t first) const {
  constexpr std::size_t longest_name = 2;
  if (found_.size() - first > longest_name) return false;
  const bool follows = std::ranges::any_of(polite, [&](std::uint16_t end) { return end == first; });
  const auto is_word = [&](const hit& h) { return h.end > first && is_words(h) && h.word_class != class_of("common"); };
  return follows && std::ranges::none_of(found_.candidates(), [&](const found_words::candidate& c) {
           return std::ranges::any_of(found_.hits(c.language), is_word);
         });
}

// Who says STOP and merci is answered in French: the language that alone knows most of the little words beside a
// keyword of all languages. Those that all share are English.
std::string keywords::language_beside(const hit& keyword, std::string language) const {
  const auto known_by = [&](std::size_t l) {
    std::size_t width = 0, end = 0;
    for (const hit& h : found_.hits(l)) {
      if (!among(fillers, h) || h.start < end || (h.start < keyword.end && h.end > keyword.start)) continue;
      width += h.end - h.start;
      end = h.end;
    }
    return width;
  };
  std::size_t most = known_by(0);
  for (std::size_t l = 1; l < found_.known().languages(); ++l)
    if (found_.known().language(l) == "en") most += known_by(l);
  for (std::size_t l = 1; l < found_.known().languages(); ++l) {
    const std::size_t width = found_.known().language(l) == "en" ? 0 : known_by(l);
    if (width > most)
      language = found_.known().language(l);
    else if (width == most && width > 0)
      language = "en";
    most = std::max(most, width);
  }
  return language;
}

std::optional<classification> keywords::bare() const {
  std::vector<const hit*> reached(found_.size() + 1, nullptr);  // by the last keyword of a row of them
  for (std::size_t i = 0; i < found_.size(); ++i) {
    if (i > 0 && reached[i] == nullptr) continue;
    const hit* before = i > 0 ? reached[i] : nullptr;
    found_.each_hit([&](const hit& h) {
      if (!is_keyword(h) || h.corrected || h.start != i || (before != nullptr && !same(h, *before))) return;
      const hit* further = before != nullptr && !found_.meaning(h).everything ? before : &h;
      if (reached[h.end] == nullptr || h.start < reached[h.end]->start) reached[h.end] = further;
    });
  }
  if (reached[found_.size()] == nullptr) return {};
  return found_.meaning(*reached[found_.size()]);
}

bool keywords::same(const hit& a, const hit& b) const {
  return found_.meaning(a).intent == found_.meaning(b).intent && found_.meaning(a).yes == found_.meaning(b).yes;
}

std::optional<classification> keywords::beside_subject() const {
  constexpr std::size_t long_story = 60;  // speaks of many things
  if (found_.size() > long_story) return {};
  for (std::size_t first = 0; first < found_.size();) {
    const std::size_t last = found_.end_of_clause(first);
    const auto c = within(first, last);
    if (c && c->intent == intent::opt_out &&
        (ends_with_cease(first) || begins_with_cease(first, last) || speaks_of_messages(first, last)))
      return c;
    first = last;
  }
  return {};
}

std::optional<classification> keywords::shouted() const {
  for (std::size_t l = 0; l < found_.known().languages(); ++l) {
    const bool spoken =
        std::ranges::any_of(found_.candidates(), [&](const found_words::candidate& c) { return c.language == l; });
    if (l != 0 && found_.known().language(l) != "en" && !spoken) continue;
    for (const hit& h : found_.hits(l)) {
      if (!is_keyword(h) || h.corrected || found_.meaning(h).intent != intent::opt_out) continue;
      const auto units = std::span(found_.text().list).subspan(h.start, h.end - h.start);
      if (!std::ranges::all_of(units, &unit::shouted) || !found_.is_free(h)) continue;
      const bool last = h.end == found_.size() || found_.at(h.end).clause != found_.at(h.end - 1U).clause;
      if (h.start == 0 || !last || (h.end < found_.size() && found_.at(h.end).number)) continue;
      return found_.meaning(h);
    }
  }
  return {};
}

// Whether the last clause, which begins there, says to stop in the language of the text: "5 a day, please stop".
bool keywords::ends_with_cease(std::size_t first) const {
  if (found_.end_of_clause(first) != found_.size()) return false;
  const std::size_t known_best = found_.candidates().front().covered;
  const auto ceases = [&](std::size_t language) {
    return std::ranges::any_of(found_.hits(language), [&](const hit& h) {
      return h.start >= first && is_words(h) && (h.word_class == class_of("stop") || h.word_class == class_of("unsub"));
    });
  };
  return ceases(0) || std::ranges::any_of(found_.candidates(), [&](const found_words::candidate& c) {
           return c.covered == known_best && 2 * c.covered >= found_.size() && ceases(c.language);
         });
}

// Whether the first sentence asks politely to stop, and no more: "Please stop. I'm grieving".
bool keywords::begins_with_cease(std::size_t first, std::size_t last) const {
  if (first != 0 || last == found_.size() || found_.at(last).sentence == found_.at(first).sentence) return false;
  bool ceases = false, asks = false, of_something = false;
  found_.each_hit([&](const hit& h) {
    if (!is_words(h)) return;
    of_something = of_something || h.word_class == class_of("thing");
    if (h.end > last) return;
    ceases = ceases || h.word_class == class_of("stop") || h.word_class == class_of("unsub");
    asks = asks || h.word_class == class_of("polite");
  });
  return ceases && asks && !of_something;
}

bool keywords::speaks_of_messages(std::size_t first, std::size_t last) const {
  bool found = false;
  const auto look = [&](std::size_t language) {
    for (const hit& h : found_.hits(language))
      found = found || ((h.start < first || h.start >= last) && !found_.used()[h.start] && among(subjects, h));
  };
  look(0);
  for (const found_words::candidate& c : found_.candidates())
    look(c.language);
  return found;
}

}  // namespace proxy
