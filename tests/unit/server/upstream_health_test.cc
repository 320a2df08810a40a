#include "proxy/server/upstream_health.h"

#include "tests/unit/catch.h"

using proxy::balancing;
using proxy::endpoint;
using proxy::upstream;
using std::chrono::seconds;

namespace {

const endpoint a{"a", 1};
const endpoint b{"b", 1};
const endpoint c{"c", 1};
const std::vector<upstream> all{{a}, {b}, {c}};

std::string order(const proxy::upstream_health& h, balancing balance) {
  std::string hosts;
  for (const upstream& u : h.in_turn(all, balance))
    hosts += u.address.host;
  return hosts;
}

}  // namespace

TEST_CASE("what is down comes last, and is up once it is reached") {
  proxy::metrics m;
  proxy::upstream_health h(m);
  const auto now = std::chrono::steady_clock::now();
  CHECK(order(h, balancing::in_order) == "abc");
  h.failed(a, now);
  CHECK(order(h, balancing::in_order) == "bca");
  h.failed(b, now);
  h.failed(c, now);
  CHECK(order(h, balancing::in_order) == "abc");  // nothing else is left
  h.reached(b);
  CHECK(order(h, balancing::in_order) == "bac");
  CHECK(m.text().find("consentgate_upstream_up{upstream=\"a:1\"} 0") != std::string::npos);
  CHECK(m.text().find("consentgate_upstream_up{upstream=\"b:1\"} 1") != std::string::npos);
}

TEST_CASE("the fewest sessions first") {
  proxy::metrics m;
  proxy::upstream_health h(m);
  auto first = h.take_place(a);
  CHECK(order(h, balancing::least_sessions) == "bca");
  CHECK(order(h, balancing::in_order) == "abc");
  const auto second = h.take_place(b);
  const auto third = h.take_place(b);
  CHECK(order(h, balancing::least_sessions) == "cab");
  first.reset();
  CHECK(order(h, balancing::least_sessions) == "acb");
  h.failed(a, std::chrono::steady_clock::now());
  CHECK(order(h, balancing::least_sessions) == "cba");
}

TEST_CASE("probes, rarer with each that fails") {
  proxy::metrics m;
  proxy::upstream_health h(m);
  auto now = std::chrono::steady_clock::now();
  CHECK(!h.take_probe(a, now));
  for (const int wait : {1, 2, 4, 8, 16, 30, 30}) {
    h.failed(a, now);
    CHECK(!h.take_probe(a, now + seconds(wait) - std::chrono::milliseconds(1)));
    CHECK(h.take_probe(a, now + seconds(wait)));
    CHECK(!h.take_probe(a, now + seconds(wait)));  // it is under way
    now += seconds(wait);
  }
  h.reached(a);
  CHECK(!h.take_probe(a, now + seconds(60)));
  h.failed(a, now);
  CHECK(h.take_probe(a, now + seconds(1)));
}
