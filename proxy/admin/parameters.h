// The parameters that several resources take, read from the query; each reader gives what is wrong, or nothing.
#pragma once

#include <optional>
#include <string>

#include "proxy/admin/http.h"
#include "store/instant.h"
#include "store/number.h"

namespace proxy {

std::optional<std::string> read_count(const request& r, const std::string& name, std::uint64_t max,
                                      std::uint64_t& value);
// `end`: which end of a date alone is meant.
std::optional<std::string> read_instant(const request& r, const std::string& name,
                                        store::instant store::written_time::* end,
                                        std::optional<store::instant>& value);
// `from` and `to`.
std::optional<std::string> read_times(const request& r, std::optional<store::instant>& from,
                                      std::optional<store::instant>& to);
std::optional<std::string> wrong_order(std::optional<store::instant> from, std::optional<store::instant> to);
std::optional<std::string> read_number(const request& r, const std::string& name, const store::numbering_plan& plan,
                                       std::optional<store::number>& value);

}  // namespace proxy
