#include "proxy/admin/admin_api.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <thread>

#include "proxy/admin/listener.h"
#include "proxy/admin/resources.h"
#include "proxy/admin/tokens.h"

namespace proxy {
namespace {

constexpr std::chrono::milliseconds patience{2000};  // for answers under way at the end

store::signing_key read_or_make_key(const std::filesystem::path& file) {
  auto key = store::signing_key::open(file);
  if (const auto* why = std::get_if<store::failure>(&key)) throw std::runtime_error(why->message);
  return std::get<store::signing_key>(std::move(key));
}

router make_routes(tokens t, const services& s, import_jobs& jobs, const proof_tools& tools) {
  router r(std::move(t));
  add_meta_resources(r, s);
  add_event_resources(r, s);
  add_number_resources(r, s);
  add_journal_resources(r, s);
  add_report_resources(r, s, tools.signing_key);
  add_import_resources(r, s, jobs);
  add_proof_resources(r, s, tools);
  add_correction_resources(r, s);
  add_access_resources(r, s);
  add_capture_resources(r, s);
  return r;
}

}  // namespace

class admin_api::implementation {
 public:
  explicit implementation(const context& c)
      : services_{.store = c.store,
                  .metrics = c.metrics,
                  .captures = c.captures,
                  .current_policy = c.current_policy,
                  .not_ready = c.not_ready,
                  .flush_journal = c.flush_journal},
        jobs_(c.spool, services_),
        signing_key_(read_or_make_key(c.signing_key_file)),
        access_(services_),
        routes_(make_routes(tokens(c.token_file, c.tokens), services_, jobs_, {jobs_, long_ones_, signing_key_})),
        listener_(io_, c.address, routes_, access_, [this] { return std::make_shared<upload>(jobs_.new_file()); }, {}) {
    listener_.start();
    thread_ = std::thread([this] { io_.run(); });
  }

  ~implementation() {
    boost::asio::post(io_, [this] { listener_.stop(patience); });
    if (store::consent_store* const s = services_.store) s->stop_purging();
    thread_.join();  // once the last connection has ended, with what it recorded on disk
  }

  void set_store(store::consent_store* s) { services_.store = s; }
  std::uint16_t port() const { return listener_.port(); }

 private:
  services services_;
  import_jobs jobs_;
  store::signing_key signing_key_;
  access_log access_;
  boost::asio::io_context io_{1};
  router routes_;
  listener listener_;
  std::thread thread_;
  errands long_ones_;  // its answers are posted to the connections
};

admin_api::admin_api(context c) : implementation_(std::make_unique<implementation>(c)) {}
admin_api::~admin_api() = default;
void admin_api::set_store(store::consent_store* s) {
  implementation_->set_store(s);
}
std::uint16_t admin_api::port() const {
  return implementation_->port();
}

}  // namespace proxy
