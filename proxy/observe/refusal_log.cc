#include "proxy/observe/refusal_log.h"

#include <algorithm>

#include "proxy/observe/log.h"

namespace proxy {

std::string masked(std::string_view address) {
  std::string text(address);
  const std::size_t shown_in_front = std::min<std::size_t>(text.size() / 2, 5);
  const std::size_t shown_at_the_end = text.size() > 7 ? 2 : 0;
  for (std::size_t i = shown_in_front; i + shown_at_the_end < text.size(); ++i)
    text[i] = '*';
  // Half a character, or an octet of another alphabet, would spoil the line.
  std::ranges::replace_if(text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; }, '*');
  return text;
}

void refusal_log::tally::add(verdict v, reason r, std::string_view destination) {
  cell& c = at(v, r);
  if (c.count.fetch_add(1, std::memory_order_relaxed) == 0) {
    const std::lock_guard lock(example_mutex_);
    c.example = masked(destination);
  }
}

std::shared_ptr<refusal_log::tally> refusal_log::tally_of(const std::string& sender) {
  const std::lock_guard lock(mutex_);
  auto& t = tallies_[sender];
  if (!t) t = std::make_shared<tally>();
  return t;
}

void refusal_log::write() {
  const std::lock_guard lock(mutex_);
  for (const auto& [sender, t] : tallies_) {
    for (const verdict v : {verdict::refused, verdict::observed}) {
      for (std::size_t r = 0; r < reason_count; ++r) {
        auto& c = t->at(v, static_cast<reason>(r));
        const std::uint64_t count = c.count.exchange(0, std::memory_order_relaxed);
        if (count == 0) continue;
        std::string example;
        {
          const std::lock_guard example_lock(t->example_mutex_);
          example = c.example;
        }
        log(log_level::info, "submits not consented to",
            {{"sender", sender},
             {"verdict", name(v)},
             {"reason", name(static_cast<reason>(r))},
             {"count", count},
             {"example", example}});
      }
    }
  }
}

}  // namespace proxy
