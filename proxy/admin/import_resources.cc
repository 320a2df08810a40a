#include <algorithm>
#include <fstream>

#include "proxy/admin/acts.h"
#include "proxy/admin/import_rejects.h"
#include "proxy/admin/problem.h"
#include "proxy/admin/resources.h"

namespace proxy {
namespace {

constexpr std::size_t max_name = 255;  // of a file, on most systems

answer too_many() {
  answer a = problem(
      503, std::to_string(import_jobs::max_queued) + " imports are waiting already: send this one when some are done");
  a.headers.emplace_back("Retry-After", "10");
  return a;
}

std::optional<answer> before_upload(const services& s, const import_jobs& jobs, const request& r) {
  if (auto wrong = unknown_parameter(r, {"dry_run", "name", "event", "reason"})) return wrong;
  if (const auto* text = r.parameter("dry_run"); text != nullptr && *text != "true" && *text != "false") {
    return problem(400, "the parameter dry_run is true or false, not \"" + *text + "\"");
  }
  const auto* event = r.parameter("event");
  if (event != nullptr && *event != "reassigned")
    return problem(400, "the parameter event is reassigned or left out, not \"" + *event + "\"");
  if (const auto* reason = r.parameter("reason")) {
    if (event == nullptr) return problem(400, "the parameter reason is for reassigned numbers: add event=reassigned");
    const auto why = checked_reason(*reason, {});
    if (const auto* wrong = std::get_if<refused_act>(&why)) return problem(wrong->status, wrong->message);
  }
  if (const auto* name = r.parameter("name")) {
    const bool printable =
        std::ranges::none_of(*name, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
    if (name->size() > max_name || !printable)
      return problem(400, "the parameter name is at most 255 octets without control characters");
  }
  if (!load(s)) return not_loaded(s);
  if (jobs.full()) return too_many();
  return std::nullopt;
}

answer submit(import_jobs& jobs, const request& r) {
  import_request i;
  i.octets = r.upload_file->octets();
  i.actor = r.actor;
  const auto* dry_run = r.parameter("dry_run");
  i.dry_run = dry_run != nullptr && *dry_run == "true";
  if (const auto* name = r.parameter("name")) i.name = *name;
  if (r.parameter("event") != nullptr) i.kind = store::import_kind::reassigned;
  if (const auto* reason = r.parameter("reason")) i.reason = *reason;
  i.file = r.upload_file->keep();
  const auto file = i.file;
  const auto j = jobs.submit(std::move(i));
  if (j == nullptr) {
    std::error_code ignored;
    std::filesystem::remove(file, ignored);
    return too_many();
  }
  answer a = json_answer(boost::json::object{{"id", j->id}, {"state", "queued"}}, 202);
  a.headers.emplace_back("Location", "/v1/imports/" + j->id);
  return a;
}

answer gone() {
  return problem(404, "there is no import of this id; those of the last " + std::to_string(import_jobs::max_kept) +
                          " since the gate started are known");
}

body_stream lines_of(const std::filesystem::path& file) {
  auto in = std::make_shared<std::ifstream>(file, std::ios::binary);
  return [in]() -> std::optional<body_piece> {
    body_piece piece;
    piece.octets.resize(64UL * 1024UL);
    in->read(piece.octets.data(), static_cast<std::streamsize>(piece.octets.size()));
    piece.octets.resize(static_cast<std::size_t>(in->gcount()));
    piece.last = !in->good();
    return piece;
  };
}

// What stands in the way of giving the list of refused rows.
std::optional<answer> no_refusals(import_job& j) {
  const std::lock_guard lock(j.mutex);
  if (j.state == import_state::queued || j.state == import_state::running) {
    answer a = problem(409, "the import has not ended: its list of refused rows is given once it has");
    a.headers.emplace_back("Retry-After", "1");
    return a;
  }
  if (!j.refusals_are_whole)
    return problem(507, "the list of refused rows could not be kept whole: is the disk full? Import the file again");
  return std::nullopt;
}

answer refusals_of(import_job& j) {
  if (auto wrong = no_refusals(j)) return *wrong;
  return {.content_type = "application/x-ndjson", .rest = lines_of(j.refusals_file)};
}

answer rejects_of(import_job& j) {
  if (auto wrong = no_refusals(j)) return *wrong;
  if (j.progress.header.empty()) return problem(404, "the import has no such file: its header could not be used");
  return {.content_type = "text/csv", .rest = rejects_stream(j.refusals_file, j.progress.header)};
}

}  // namespace

void add_import_resources(router& to, const services& s, import_jobs& jobs) {
  to.add({.method = "POST",
          .pattern = "/v1/imports",
          .needs = role::officer,
          .body = body_kind::csv,
          .handle = at_once([&jobs](const request& r) { return submit(jobs, r); }),
          .before_body = [&s, &jobs](const request& r) { return before_upload(s, jobs, r); }});
  const auto about = [&](std::string_view pattern, std::function<answer(import_job&)> show) {
    to.add({.method = "GET",
            .pattern = pattern,
            .needs = role::viewer,
            .handle = at_once([&jobs, show = std::move(show)](const request& r) {
              if (auto wrong = unknown_parameter(r, {})) return *wrong;
              const auto j = jobs.find(r.captured.front());
              return j ? show(*j) : gone();
            }),
            .before_body = {}});
  };
  about("/v1/imports/{}", [](import_job& j) { return json_answer(to_json(j)); });
  about("/v1/imports/{}/refusals", refusals_of);
  about("/v1/imports/{}/rejects", rejects_of);
}

}  // namespace proxy
