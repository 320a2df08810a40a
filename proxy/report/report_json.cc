#include "proxy/report/report_json.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <cmath>
#include <iomanip>
#include <sstream>

namespace proxy {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

// The names of the members are the sections and measures of the CSV, too.
object definitions() {
  return {
      {"submits", "decisions on submitted messages, one for each destination, by the time of the decision"},
      {"would_have_been_refused", "what observe mode let pass and would have been refused"},
      {"opt_outs",
       "oppositions by the time they were recorded, without those that turned out to be an operator's mistake"},
      {"seconds_to_effect",
       "from when the person acted (occurred_at) to when the gate refused because of it (recorded_at); an imprecise "
       "date counts as its last instant; median and p95 are at most a thousandth too long"},
      {"source",
       "of a message: the source of the opt-in it rested on or lacked by expiry, the source recalled, or the one whose "
       "consent the opt-out had ended; of an opt-out: the source of the consent in force just before it was recorded, "
       "or that had been in force until it was recalled or expired; null: none"},
      {"sources",
       "messages: forwarded on an opt-in of that source; per_thousand: opt_outs for each thousand of them; "
       "null when there were no messages"}};
}

value name_of(const source_name& s) {
  return s ? value(boost::json::string(*s)) : value(nullptr);
}

value figure(double v) {
  return std::floor(v) == v ? value(static_cast<std::int64_t>(v)) : value(v);
}

value seconds(durations::value v) {
  return figure(static_cast<double>(v.count()) / 1e6);
}

object to_effect(const durations& d) {
  return {{"median", seconds(d.at(0.5))}, {"p95", seconds(d.at(0.95))}, {"max", seconds(d.longest())}};
}

template <typename Key>
using counts = std::map<Key, std::uint64_t>;

template <typename Key>
std::vector<std::pair<Key, std::uint64_t>> most_first(const counts<Key>& c) {
  std::vector<std::pair<Key, std::uint64_t>> sorted(c.begin(), c.end());
  std::ranges::stable_sort(sorted, std::greater<>(), [](const auto& one) { return one.second; });
  return sorted;
}

std::uint64_t total(const auto& c) {
  std::uint64_t sum = 0;
  for (const auto& [key, count] : c)
    sum += count;
  return sum;
}

array listed(const counts<std::string>& c, const char* key_name) {
  array list;
  for (const auto& [key, count] : most_first(c))
    list.push_back(object{{key_name, key}, {"count", count}});
  return list;
}

using decisions = report_figures::decisions;

object submits(const report_figures& f) {
  struct by_verdict {
    std::uint64_t forwarded = 0, refused = 0, observed = 0;
  };
  std::map<std::string, by_verdict> by_sender;
  for (const decisions& d : f.submits) {
    by_verdict& v = by_sender[d.sender];
    (d.verdict == "forwarded" ? v.forwarded : d.verdict == "refused" ? v.refused : v.observed) += d.count;
  }
  by_verdict all;
  array list;
  for (const auto& [sender, v] : by_sender) {
    list.push_back(
        object{{"sender", sender}, {"forwarded", v.forwarded}, {"refused", v.refused}, {"observed", v.observed}});
    all.forwarded += v.forwarded;
    all.refused += v.refused;
    all.observed += v.observed;
  }
  return {{"total", all.forwarded + all.refused + all.observed},
          {"forwarded", all.forwarded},
          {"refused", all.refused},
          {"observed", all.observed},
          {"by_sender", std::move(list)}};
}

object by_reason(const report_figures& f, std::string_view verdict) {
  counts<std::string> reasons;
  counts<std::pair<std::string, std::string>> senders;
  counts<source_name> sources;
  for (const decisions& d : f.submits) {
    if (d.verdict != verdict) continue;
    reasons[d.reason] += d.count;
    senders[{d.sender, d.reason}] += d.count;
    sources[d.source] += d.count;
  }
  array by_sender, by_source;
  for (const auto& [key, count] : senders)
    by_sender.push_back(object{{"sender", key.first}, {"reason", key.second}, {"count", count}});
  for (const auto& [key, count] : most_first(sources))
    by_source.push_back(object{{"source", name_of(key)}, {"count", count}});
  return {{"total", total(reasons)},
          {"by_reason", listed(reasons, "reason")},
          {"by_sender", std::move(by_sender)},
          {"by_source", std::move(by_source)}};
}

object opt_outs(const report_figures& f) {
  array by_method;
  for (const auto& [method, d] : f.opt_outs) {
    by_method.push_back(object{{"method", method}, {"count", d.count()}, {"seconds_to_effect", to_effect(d)}});
  }
  return {{"total", f.all_opt_outs.count()},
          {"corrected", f.corrected_opt_outs},
          {"seconds_to_effect", to_effect(f.all_opt_outs)},
          {"by_method", std::move(by_method)}};
}

array sources(const report_figures& f) {
  struct source {
    source_name name;
    std::uint64_t messages = 0, opt_outs = 0;
    // Without messages there is no rate: then the number of opt-outs counts, after all that have one.
    std::pair<double, std::uint64_t> rank() const {
      return {messages == 0 ? -1.0 : static_cast<double>(opt_outs) / static_cast<double>(messages), opt_outs};
    }
  };
  std::map<source_name, source> all;
  for (const decisions& d : f.submits) {
    if (d.verdict == "forwarded" && d.source) all[d.source].messages += d.count;
  }
  for (const auto& [name, count] : f.opt_outs_by_source)
    all[name].opt_outs += count;
  std::vector<source> ranked;
  for (auto& [name, s] : all) {
    s.name = name;
    ranked.push_back(s);
  }
  std::ranges::stable_sort(ranked, std::greater<>(), &source::rank);
  array list;
  for (const source& s : ranked) {
    const double rate =
        1000.0 * static_cast<double>(s.opt_outs) / static_cast<double>(std::max<std::uint64_t>(s.messages, 1));
    list.push_back(object{{"source", name_of(s.name)},
                          {"messages", s.messages},
                          {"opt_outs", s.opt_outs},
                          {"per_thousand", s.messages == 0 ? value(nullptr) : figure(std::round(rate * 1000) / 1000)}});
  }
  return list;
}

}  // namespace

std::string plain(const value& figure) {
  if (!figure.is_double()) return boost::json::serialize(figure);
  std::ostringstream out;
  out << std::fixed << std::setprecision(6) << figure.as_double();
  std::string text = std::move(out).str();
  return text.erase(text.find_last_not_of('0') + 1);
}

object to_json(const report_figures& f) {
  object o{{"from", store::to_string(f.asked.from)}, {"to", store::to_string(f.asked.to)}};
  if (f.asked.sender) o.emplace("sender", *f.asked.sender);
  if (f.asked.source) o.emplace("source", *f.asked.source);
  o.emplace("journal_begins",
            f.journal_begins ? value(boost::json::string(store::to_string(*f.journal_begins))) : value(nullptr));
  o.emplace("submits", submits(f));
  o.emplace("refusals", by_reason(f, "refused"));
  o.emplace("would_have_been_refused", by_reason(f, "observed"));
  o.emplace("opt_outs", opt_outs(f));
  o.emplace("sources", sources(f));
  o.emplace("definitions", definitions());
  return o;
}

}  // namespace proxy
