// The process_* metrics that Prometheus clients give of themselves, read from /proc at each scrape.
#pragma once

#include <prometheus/metric_family.h>

#include <vector>

namespace proxy {

std::vector<prometheus::MetricFamily> process_metrics();

}  // namespace proxy
