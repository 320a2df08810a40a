// A blocking HTTP client for the admin API.
#pragma once

#include <boost/json/value.hpp>
#include <filesystem>
#include <functional>
#include <string>

#include "proxy/config/config.h"

namespace proxy {

class admin_client {
 public:
  // Whether a command that finds no gate can do without one.
  enum class without_gate { offline, nothing };

  explicit admin_client(const config& c, without_gate w = without_gate::offline);
  // Without a token: for /metrics and /readyz.
  explicit admin_client(endpoint address) : address_(std::move(address)), without_(without_gate::nothing) {}

  // The answer's body; throws command_failed with the problem's detail when the status is not 2xx, and when the gate
  // does not answer.
  boost::json::value get(const std::string& target);
  // The body of any answer, whatever its status; throws command_failed when the gate does not answer.
  std::string get_text(const std::string& target);
  boost::json::value post(const std::string& target, const boost::json::value& body);
  boost::json::value erase(const std::string& target);  // DELETE
  boost::json::value post_file(const std::string& target, const std::filesystem::path& file);
  // Calls line(...) for each line of an NDJSON answer, as it comes.
  void get_lines(const std::string& target, const std::function<void(std::string_view)>& line);
  // Calls piece(...) for each piece of any answer.
  void get_pieces(const std::string& target, const std::function<void(std::string_view)>& piece);

 private:
  endpoint address_;
  without_gate without_;
  std::filesystem::path token_file_;
  std::string authorization_;
};

}  // namespace proxy
