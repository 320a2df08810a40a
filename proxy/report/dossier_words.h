// Times, durations, scopes as a dossier writes them. None of it is escaped.
#pragma once

#include <string>

#include "proxy/report/texts.h"
#include "store/event.h"

namespace proxy {

std::string moment_text(store::instant t);               // 2026-11-24 10:00:00, with a fraction where there is one
std::string second_text(store::instant t);               // without
std::string day_text(const texts& t, store::instant i);  // 24 November 2026
std::string month_text(const texts& t, std::chrono::year_month m);
std::string duration_text(const texts& t, std::chrono::microseconds d);
std::string scope_text(const texts& t, const store::scope& s);

}  // namespace proxy
