// The record of access: that a token was used, for what, and the answer's status. Held in the store (store/access.h).
#pragma once

#include <functional>

#include "proxy/admin/http.h"
#include "proxy/admin/services.h"

namespace proxy {

// What is recorded of a request: its route's pattern instead of its path, the number asked about, and of the other
// parameters what tells no number.
store::access_use use_of(const request& r, std::string_view route, const store::numbering_plan& plan);

class access_log {
 public:
  explicit access_log(const services& s) : services_(s) {}

  // done() is called once, on any thread: with why when the use is not recorded.
  void record(const request& r, std::string_view route, unsigned status,
              std::function<void(std::optional<store::failure>)> done) const;

 private:
  const services& services_;
};

}  // namespace proxy
