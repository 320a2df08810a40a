#include "proxy/server/server.h"

#include <algorithm>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <stdexcept>

#include "proxy/admin/admin_api.h"
#include "proxy/observe/log.h"
#include "proxy/server/descriptors.h"
#include "proxy/server/own_listeners.h"
#include "proxy/server/path_lock.h"
#include "proxy/server/smpp_listener.h"
#include "proxy/server/upstream_probe.h"
#include "proxy/tls/certificates.h"

namespace proxy {

using boost::system::error_code;
using std::chrono::steady_clock;

namespace {

// One run of the gate, from the open store to the last connection.
class server {
 public:
  server(config c, std::filesystem::path file)
      : running_(std::make_shared<const config>(std::move(c))),
        file_(std::move(file)),
        lock_(running_->store_path),
        signals_(io_, SIGTERM, SIGINT, SIGHUP),
        second_(io_),
        draining_(io_) {}

  int run() {
    gate_.most_connections = connections_that_fit();
    if (gate_.most_connections < running_->limits.max_connections) {
      log(log_level::warning, "file descriptors allow fewer connections than limits.max_connections",
          {{"connections", gate_.most_connections}});
    }
    admin_.emplace(admin_api::context{running_->admin_address, running_->token_file, running_->tokens,
                                      running_->store_path / "imports", running_->store_path / "ledger.key", nullptr,
                                      &gate_.metrics, &gate_.captures, [this] { return gate_.policy.load(); },
                                      [this] { return not_ready(); },
                                      [this](const std::function<void()>& done) { flush_journal(done); }});
    if (!open_store()) return 1;
    if (const auto why = gate_.spokesman.begin(*gate_.store)) {
      log(log_level::error, "the open questions cannot be read", {{"error", why->message}});
      return 1;
    }
    admin_->set_store(gate_.store.get());
    gate_.frequency.emplace(running_->store_path / "frequency", *running_);
    gate_.policy = make_policy(running_);
    keep_journal();
    for (std::uint32_t i = 0; i < running_->workers; ++i)
      workers_.push_back(std::make_unique<worker>(gate_));
    inherited_sockets inherited;
    for (std::size_t i = 0; i < running_->listen.size(); ++i) {
      const endpoint& at = running_->listen[i].address;
      listeners_.push_back(std::make_unique<smpp_listener>(io_, at, i, gate_, workers_, inherited));
      listeners_.back()->start();
      log(log_level::info, "listening", {{"address", to_string(at)}, {"tls", running_->listen[i].tls.has_value()}});
    }
    if (!inherited.left().empty())
      throw std::runtime_error("the socket unit listens on " + inherited.left() +
                               ", which `listen` does not name; make them the same");
    own_listeners_.emplace(io_, gate_);
    loaded_ = true;
    notify_service_manager("READY=1");
    wait_for_signal();
    each_second();
    log(log_level::info, "ready", {{"numbers", gate_.store->stats().numbers}});
    io_.run();
    gate_.refusal_log.write();
    gate_.captures.end();
    admin_.reset();
    listeners_.clear();
    own_listeners_.reset();
    gate_.passwords.stop();  // while the workers that it tells are still there
    for (const auto& w : workers_)
      w->stop();
    gate_.cancellations.settle(*gate_.store, {steady_clock::now(), store::now()});
    gate_.frequency.reset();
    gate_.store.reset();  // writes what has been handed in; its last completions still find the workers
    workers_.clear();
    log(log_level::info, "stopped");
    return 0;
  }

 private:
  std::string not_ready() const {
    if (gate_.draining) return "stopping";
    if (!loaded_) return "loading the index";
    return gate_.store->condition();
  }

  bool open_store() {
    auto opened = store::consent_store::open(
        {running_->store_path, [this](double seconds) { gate_.metrics.store_write_seconds().Observe(seconds); },
         running_->hashed_numbers});
    if (const auto* why = std::get_if<store::failure>(&opened)) {
      log(log_level::error, "cannot open the store",
          {{"path", running_->store_path.string()}, {"error", why->message}});
      return false;
    }
    gate_.store = std::move(std::get<std::unique_ptr<store::consent_store>>(opened));
    return true;
  }

  std::shared_ptr<const policy> make_policy(std::shared_ptr<const config> c) {
    return std::make_shared<const policy>(std::move(c), *gate_.store, gate_.metrics, gate_.refusal_log,
                                          gate_.frequency->memory());
  }

  // Without a journal, what an earlier configuration had in it still comes to its end.
  void keep_journal() {
    const std::chrono::seconds retention = gate_.policy.load()->settings().journal_retention;
    gate_.store->keep_journal_for(retention.count() != 0 ? retention : default_journal_retention);
  }

  // For a search: first each worker's, then the store's.
  void flush_journal(const std::function<void()>& done) {
    const auto left = std::make_shared<std::atomic<std::size_t>>(workers_.size());
    for (const auto& w : workers_) {
      w->hand_over_journal([this, left, done] {
        if (--*left == 0) gate_.store->flush_journal(done);
      });
    }
  }

  void wait_for_signal() {
    signals_.async_wait([this](error_code stopped, int signal) {
      if (stopped) return;
      signal == SIGHUP ? reload() : drain();
      wait_for_signal();
    });
  }

  void refuse_reload(const std::vector<config_error>& errors) {
    gate_.metrics.count_reload(false);
    for (const config_error& e : errors) {
      log(log_level::error, "configuration not reloaded: the one in force stays",
          {{"file", file_.string()}, {"line", e.line}, {"column", e.column}, {"error", e.message}});
    }
  }

  void reload() {
    auto loaded = load_config(file_);
    if (const auto* errors = std::get_if<std::vector<config_error>>(&loaded)) return refuse_reload(*errors);
    config wanted = std::move(std::get<config>(loaded));
    for (const std::string& setting : sealed_changes(*running_, wanted)) {
      log(log_level::warning, "a restart is needed for this setting", {{"setting", setting}});
    }
    wanted.listen = reloaded_listen(*running_, wanted);
    wanted.store_path = running_->store_path;
    wanted.admin_address = running_->admin_address;
    wanted.token_file = running_->token_file;
    wanted.tokens = running_->tokens;
    wanted.workers = running_->workers;
    wanted.hashed_numbers = running_->hashed_numbers;
    if (const auto errors = load_certificates(wanted); !errors.empty()) return refuse_reload(errors);
    const auto fresh = make_policy(std::make_shared<const config>(std::move(wanted)));
    gate_.policy = fresh;
    keep_journal();
    for (const auto& w : workers_)
      w->use(fresh);
    own_listeners_->use(fresh);
    tell_certificates();
    gate_.metrics.count_reload(true);
    log(log_level::info, "configuration reloaded", {{"file", file_.string()}});
  }

  void drain() {
    if (gate_.draining.exchange(true)) return;
    notify_service_manager("STOPPING=1");
    log(log_level::info, "stopping", {{"connections", gate_.connections.load()}});
    for (const auto& l : listeners_)
      l->stop();
    for (const auto& w : workers_)
      w->drain();
    own_listeners_->stop();
    drain_until_ = steady_clock::now() + gate_.policy.load()->settings().limits.drain_timeout;
    wait_until_drained();
  }

  void wait_until_drained() {
    if (gate_.connections == 0 && own_listeners_->all_away()) return io_.stop();
    if (steady_clock::now() >= drain_until_) {
      log(log_level::warning, "connections cut: they did not drain in time",
          {{"connections", gate_.connections.load()}});
      return io_.stop();
    }
    draining_.expires_after(std::chrono::milliseconds(20));
    draining_.async_wait([this](error_code stopped) {
      if (!stopped) wait_until_drained();
    });
  }

  void tell_certificates() {
    std::map<std::string, double> days;
    for (const dated_file& f : certificate_files(gate_.policy.load()->settings()))
      days.emplace(f.path.string(), days_left(f, std::chrono::system_clock::now()));
    gate_.metrics.set_certificate_days(days);
  }

  void each_second() {
    const store::statistics s = gate_.store->stats();
    gate_.metrics.numbers().Set(static_cast<double>(s.numbers));
    gate_.metrics.ledger_events().Set(static_cast<double>(s.ledger_events));
    const bool available = gate_.store->available(store::now());
    if (available == read_only_) {
      read_only_ = !available;
      available ? log(log_level::info, "the store takes events again")
                : log(log_level::error, "nothing can be recorded: marketing is refused",
                      {{"error", gate_.store->condition()}});
    }
    gate_.metrics.store_read_only().Set(available ? 0 : 1);
    std::error_code unknown;
    if (const auto room = std::filesystem::space(running_->store_path, unknown); !unknown)
      gate_.metrics.store_free_bytes().Set(static_cast<double>(room.available));
    gate_.metrics.journal_dropped().Increment(
        static_cast<double>(s.journal_dropped - std::exchange(journal_dropped_, s.journal_dropped)));
    const std::uint64_t forgotten = gate_.frequency->memory()->forgotten();
    gate_.metrics.frequency_forgotten().Increment(
        static_cast<double>(forgotten - std::exchange(frequency_forgotten_, forgotten)));
    for (const auto& [system_id, size] : gate_.store->held_sizes())
      gate_.metrics.set_kept(system_id, size.items);
    gate_.outbox.expire(steady_clock::now());
    if (seconds_ % 60 == 0) tell_certificates();
    if (!gate_.draining) probe_upstreams(io_, gate_.policy.load()->settings(), gate_.upstreams, gate_.metrics);
    gate_.cancellations.look(*gate_.store, *gate_.policy.load(), {steady_clock::now(), store::now()});
    if (++seconds_ % 60 == 0) {
      gate_.refusal_log.write();
      gate_.spokesman.tick({steady_clock::now(), store::now()});
    }
    second_.expires_after(std::chrono::seconds(1));
    second_.async_wait([this](error_code stopped) {
      if (!stopped) each_second();
    });
  }

  std::shared_ptr<const config> running_;
  std::filesystem::path file_;
  path_lock lock_;
  gate gate_;
  boost::asio::io_context io_{1};
  boost::asio::signal_set signals_;
  boost::asio::steady_timer second_;
  boost::asio::steady_timer draining_;
  smpp_listener::workers workers_;
  std::vector<std::unique_ptr<smpp_listener>> listeners_;
  std::optional<own_listeners> own_listeners_;
  std::optional<admin_api> admin_;
  std::atomic<bool> loaded_{false};
  bool read_only_ = false;
  unsigned seconds_ = 0;
  std::uint64_t journal_dropped_ = 0;
  std::uint64_t frequency_forgotten_ = 0;
  steady_clock::time_point drain_until_;
};

}  // namespace

int serve(config c, const std::filesystem::path& file) {
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return server(std::move(c), file).run();
  } catch (const std::exception& e) {
    log(log_level::error, "cannot start", {{"error", e.what()}});
    return 1;
  }
}

}  // namespace proxy
