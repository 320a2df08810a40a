// The counters of a family with two labels. One that has been counted is found again without its labels being made
// anew, which costs ten times as much.
#pragma once

#include <prometheus/counter.h>
#include <prometheus/family.h>

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace proxy {

// Any thread.
class labelled_counters {
 public:
  using family = prometheus::Family<prometheus::Counter>;

  // `label` makes the second label's value of what is counted, where that is something else.
  labelled_counters(family& of, std::string first, std::string second,
                    std::function<std::string(std::string_view)> label = {})
      : family_(&of), first_(std::move(first)), second_(std::move(second)), label_(std::move(label)) {}

  void count(std::string_view first, std::string_view second) {
    const std::lock_guard lock(mutex_);
    const auto of_first = known_.find(first);
    if (of_first != known_.end()) {
      const auto found = of_first->second.find(second);
      if (found != of_first->second.end()) return found->second->Increment();
    }
    prometheus::Counter& c =
        family_->Add({{first_, std::string(first)}, {second_, label_ ? label_(second) : std::string(second)}});
    if (count_ < most_remembered) {
      known_[std::string(first)].emplace(second, &c);
      ++count_;
    }
    c.Increment();
  }

 private:
  static constexpr std::size_t most_remembered = 10000;  // what people name may be anything

  family* family_;
  std::string first_, second_;
  std::function<std::string(std::string_view)> label_;
  std::mutex mutex_;
  std::size_t count_ = 0;
  std::map<std::string, std::map<std::string, prometheus::Counter*, std::less<>>, std::less<>> known_;
};

}  // namespace proxy
