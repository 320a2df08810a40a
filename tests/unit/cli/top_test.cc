#include "proxy/cli/first_configuration.h"
#include "proxy/cli/top_view.h"
#include "tests/unit/catch.h"

using namespace proxy;

namespace {

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

look look_of(double at, int forwarded, int refused) {
  const std::string f = std::to_string(forwarded), r = std::to_string(refused);
  return {exposition("# HELP consentgate_submits_total x\n"
                     "consentgate_submits_total{sender=\"shop\",verdict=\"forwarded\",reason=\"none\"} " +
                     f +
                     "\n"
                     "consentgate_submits_total{sender=\"shop\",verdict=\"refused\",reason=\"no_consent\"} " +
                     r +
                     "\n"
                     "consentgate_submits_total{sender=\"club\",verdict=\"observed\",reason=\"no_consent\"} 7\n"
                     "consentgate_sessions{leg=\"esme\"} 3\n"
                     "consentgate_sessions{leg=\"smsc\"} 2\n"
                     "consentgate_upstream_up{upstream=\"smsc:2775\"} 0\n"
                     "consentgate_submit_seconds_bucket{le=\"0.00001\"} " +
                     f +
                     "\n"
                     "consentgate_submit_seconds_bucket{le=\"+Inf\"} " +
                     f +
                     "\n"
                     "consentgate_limits_total{limit=\"connections\"} 4\n"
                     "consentgate_store_read_only 1\n"),
          "ready", at};
}

}  // namespace

TEST_CASE("exposition: labels with escapes, sums and quantiles") {
  const exposition e(
      "# TYPE a counter\na{x=\"1\",y=\"q\\\"\\\\\\n,}\"} 2\na{x=\"2\"} 3.5 1700000000\nb 1e+06\n\nbroken{x=\"");
  CHECK(e.sum("a") == 5.5);
  CHECK(e.sum("a", {{"x", "2"}}) == 3.5);
  CHECK(e.sum("a", {{"y", "q\"\\\n,}"}}) == 2);
  CHECK(e.sum_by("a", "x") == std::map<std::string, double>{{"1", 2}, {"2", 3.5}});
  CHECK(e.sum("b") == 1e6);
  CHECK(e.sum("none") == 0);

  const exposition before("h_bucket{le=\"0.1\"} 5\nh_bucket{le=\"1\"} 5\nh_bucket{le=\"+Inf\"} 5\n");
  const exposition now("h_bucket{le=\"0.1\"} 6\nh_bucket{le=\"1\"} 105\nh_bucket{le=\"+Inf\"} 105\n");
  CHECK(quantile_between(now, before, "h", 0.5) == 1);
  CHECK(quantile_between(now, before, "h", 0.01) == 0.1);
  CHECK(quantile_between(now, now, "h", 0.5) < 0);
  CHECK(quantile_between(now, before, "nothing", 0.5) < 0);
}

TEST_CASE("top: rates are what lies between two looks") {
  const std::string shown = top_view(look_of(110, 1500, 250), look_of(100, 500, 50), "127.0.0.1:9775");
  CHECK(contains(shown, "consentgate at 127.0.0.1:9775: ready"));
  CHECK(contains(shown, "senders 3   upstream 2"));
  CHECK(contains(shown, "smsc:2775 DOWN"));
  CHECK(contains(shown, "p50 10 us"));
  CHECK(contains(shown, "READ ONLY"));
  CHECK(contains(shown, "limit connections 4"));
  CHECK(contains(shown, "shop    100          20         0.0         1750     0"));
  CHECK(shown.find("  shop") < shown.find("  club"));
  CHECK(contains(shown, "refused   no_consent  20        250"));
  CHECK(contains(top_view(look_of(110, 1, 1), look_of(100, 1, 1), "x", 1), "and 1 more"));

  // A gate that started again counts from nothing.
  CHECK(contains(top_view(look_of(110, 100, 0), look_of(100, 5000, 50), "x"), "shop    10 "));
}

TEST_CASE("top: what a gate says cannot write over the terminal") {
  look l{
      exposition("consentgate_upstream_up{upstream=\"\x1b[2J\"} 1\nconsentgate_submits_total{sender=\"\x1b[2J\"} 1\n"),
      "\x1b[2J", 1};
  CHECK_FALSE(contains(top_view(l, l, "x"), "\x1b"));
}

TEST_CASE("init: the answers stand in the shipped configuration, and how the country dials") {
  const std::string italian = first_configuration({"[::]:2775", "smsc:1", "/srv/\"x\"", "39"});
  CHECK(contains(italian, "\n  - address: \"[::]:2775\"\n"));
  CHECK(contains(italian, "\n  - address: \"smsc:1\"\n"));
  CHECK(contains(italian, "\n  path: \"/srv/\\\"x\\\"\"\n"));
  CHECK(contains(italian, "\n  token_file: \"/srv/\\\"x\\\"/admin.token\""));
  CHECK(contains(italian, "\n  country_code: \"39\""));
  CHECK(contains(italian, "\n  trunk_prefix: \"\""));
  CHECK(dialling_in("33").trunk_prefix == "0");
  CHECK(dialling_in("1").international_prefix == "011");
  CHECK(contains(first_configuration({}), "# country_code: \"33\""));
}
