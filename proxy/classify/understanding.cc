#include "proxy/classify/understanding.h"

#include <optional>

#include "proxy/classify/found_words.h"
#include "proxy/classify/keywords.h"
#include "proxy/classify/phrases.h"
#include "proxy/classify/pieces.h"

namespace proxy {
namespace {

std::optional<classification> in_pieces(const found_words& found) {
  for (const found_words::candidate& c : found.candidates()) {
    const pieces p(found, c.language);
    std::uint32_t means = p.said_in_all();
    if (means == 0 && c.covered == found.candidates().front().covered) means = p.said_in_a_clause();
    if (means == 0) continue;
    classification out = found.known().meaning(means);
    if (out.language == found.known().language(0)) found.adopt(out, c.language);
    return out;
  }
  return {};
}

}  // namespace

classification understand(const lexicon& known, const units& text) {
  if (text.list.empty()) return {};
  found_words found(known, text);
  if (found.size() == 0) return {};
  const keywords words(found);
  if (const auto c = words.bare()) return *c;
  found.weigh();
  phrases said(found);
  if (const auto c = words.within(0, found.size()); c && (c->intent != intent::none || c->yes)) return *c;
  if (const auto c = said.undone()) return *c;
  if (const auto c = said.said(true)) return *c;
  if (const auto c = in_pieces(found)) return *c;
  if (const auto c = words.beside_subject()) return *c;
  if (const auto c = words.shouted()) return *c;
  if (const auto c = said.said(false)) return *c;
  return {};
}

}  // namespace proxy
