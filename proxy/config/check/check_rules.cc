// Run by the build: what comes with the gate as data must be of its form.
#include <cstdio>
#include <exception>

#include "proxy/config/calendars.h"
#include "proxy/rules/shipped_calendars.h"
#include "proxy/rules/ways_out.h"

int main() {
  try {
    for (const proxy::shipped_calendar& c : proxy::shipped_calendars())
      proxy::shipped_calendar_named(std::string(c.name));
    proxy::ways_out::shipped();
    return 0;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
  }
}
