#include "proxy/observe/labelled_counters.h"

#include <prometheus/registry.h>

#include "tests/unit/catch.h"

using namespace proxy;

namespace {

struct counted {
  prometheus::Registry registry;
  labelled_counters::family& family = prometheus::BuildCounter().Name("n").Help("h").Register(registry);

  double at(const std::string& sender, const std::string& source) {
    return family.Add({{"sender", sender}, {"source", source}}).Value();
  }
  std::size_t combinations() { return registry.Collect().front().metric.size(); }
};

}  // namespace

TEST_CASE("each combination of labels has its counter") {
  counted c;
  labelled_counters counters(c.family, "sender", "source");
  for (int i = 0; i < 3; ++i)
    counters.count("shop", "form");
  counters.count("shop", "list");
  counters.count("bank", "form");
  CHECK(c.at("shop", "form") == 3);
  CHECK(c.at("shop", "list") == 1);
  CHECK(c.at("bank", "form") == 1);
  CHECK(c.combinations() == 3);
}

TEST_CASE("what is counted under one label comes together") {
  counted c;
  labelled_counters counters(c.family, "sender", "source", [](std::string_view source) {
    return source.starts_with("call") ? std::string("calls") : std::string(source);
  });
  for (int i = 0; i < 2; ++i) {
    counters.count("shop", "call 1");
    counters.count("shop", "call 2");
  }
  CHECK(c.at("shop", "calls") == 4);
  CHECK(c.combinations() == 1);
}

TEST_CASE("more combinations than are remembered are counted all the same") {
  counted c;
  labelled_counters counters(c.family, "sender", "source", [](std::string_view) { return std::string("any"); });
  for (int i = 0; i < 10100; ++i)
    counters.count("shop", std::to_string(i));
  CHECK(c.at("shop", "any") == 10100);
}
