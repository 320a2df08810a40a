// Where the commands ask: the running gate's admin API, or with --offline the store itself. Both give the same answers.
#pragma once

#include <boost/json/value.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include "proxy/cli/table.h"
#include "proxy/config/config.h"
#include "proxy/report/report_query.h"
#include "store/entry.h"

namespace proxy {

// What a command could not do, for people. The text may quote a file or a gate: on a terminal it does no harm.
class command_failed : public std::runtime_error {
 public:
  explicit command_failed(const std::string& text) : std::runtime_error(printable_lines(text)) {}
};

struct export_filter {
  std::optional<std::string> number, source, from, to;
};

struct correction_order {
  std::string event;  // its sequence or its id
  std::string reason;
  bool approve = false;  // of what another person has proposed
};

struct erasure_order {
  std::string number, reason;
  bool now = false;  // wait until no file holds what was erased
};

struct reassignment_order {
  std::string number, occurred_at, source, reason;
};

struct access_filter {
  std::optional<std::string> number, token, from, to;
};

struct journal_filter {
  std::optional<std::string> number, sender, from, to, message_id;
};

struct import_order {
  std::filesystem::path file;
  std::filesystem::path rejects;  // where to write the refused rows; empty: nowhere
  bool dry_run = false;
  bool reassigned = false;  // it is a registry of numbers that went to other persons
  std::string reason;       // of reassignments
};

class desk {
 public:
  using on_line = std::function<void(std::string_view)>;
  using on_progress = std::function<void(const boost::json::object&)>;

  virtual ~desk() = default;
  virtual boost::json::value record(const store::entry& e) = 0;
  virtual boost::json::value number(const std::string& number) = 0;
  virtual boost::json::value history(const std::string& number) = 0;
  // `at` may be empty: now.
  virtual boost::json::value decision(const std::string& number, const std::string& sender, const std::string& at) = 0;
  virtual boost::json::value recall(const std::string& source, const std::string& reason) = 0;
  virtual boost::json::value erase(const erasure_order& o) = 0;
  virtual boost::json::value correct(const correction_order& o) = 0;
  virtual boost::json::value proposed_corrections() = 0;
  virtual boost::json::value reassign(const reassignment_order& o) = 0;
  // With the statement of a deposited head, or without.
  virtual boost::json::value verify(const std::optional<std::string>& deposited) = 0;
  virtual boost::json::value backup(const std::filesystem::path& folder) = 0;
  virtual boost::json::value rotate_key() = 0;
  virtual boost::json::object report(const report_order& o) = 0;
  // The page, as HTML.
  virtual std::string dossier(const std::string& number, const std::string& language) = 0;
  virtual void events(const export_filter& f, const on_line& line) = 0;
  virtual void access(const access_filter& f, const on_line& line) = 0;
  virtual void journal(const journal_filter& f, const on_line& line) = 0;
  // May be called on another thread, never at once.
  struct import_listener {
    on_progress progress;
    on_line refused;  // each refused row as a line of JSON
    on_line rejects;  // the file of refused rows, piece by piece; empty: not wanted
  };
  // The final report (proxy/admin/openapi.json, import).
  virtual boost::json::object import(const import_order& o, const import_listener& listener) = 0;
};

std::unique_ptr<desk> online_desk(const config& c);
std::unique_ptr<desk> offline_desk(const config& c);

}  // namespace proxy
