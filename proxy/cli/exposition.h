// The Prometheus text format, as far as the gate writes it: what `top` reads from /metrics.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace proxy {

using metric_labels = std::map<std::string, std::string, std::less<>>;

struct metric_sample {
  metric_labels labels;
  double value = 0;
};

class exposition {
 public:
  exposition() = default;
  explicit exposition(std::string_view text);

  const std::vector<metric_sample>& samples(std::string_view name) const;
  // Of the samples that have at least these labels.
  double sum(std::string_view name, const metric_labels& with = {}) const;
  // By the values of one label.
  std::map<std::string, double> sum_by(std::string_view name, std::string_view label,
                                       const metric_labels& with = {}) const;

 private:
  std::map<std::string, std::vector<metric_sample>, std::less<>> by_name_;
};

// What lies between two looks at the same gate; of counters that began again in between, what they have now.
double increase(double now, double before);

// The upper bound of the bucket that holds this share of what a histogram took in between; negative: it took nothing.
double quantile_between(const exposition& now, const exposition& before, std::string_view histogram, double share);

}  // namespace proxy
