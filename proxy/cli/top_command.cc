// top: a live view of the running gate, from what it tells without a token.
#include <unistd.h>

#include <chrono>
#include <iostream>
#include <thread>

#include "proxy/cli/admin_client.h"
#include "proxy/cli/commands.h"
#include "proxy/cli/top_view.h"
#include "proxy/config/host.h"

namespace proxy {
namespace {

endpoint read_address(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  const auto host = read_host(text.substr(0, colon));
  char* end = nullptr;
  const long port = colon == std::string::npos ? 0 : std::strtol(text.c_str() + colon + 1, &end, 10);
  if (!host || port < 1 || port > 65535 || *end != '\0')
    throw command_failed("--address is " + text + "; it must be HOST:PORT");
  return {*host, static_cast<std::uint16_t>(port)};
}

look look_at(const endpoint& gate) {
  admin_client client(gate);
  look l;
  l.metrics = exposition(client.get_text("/metrics"));
  l.readiness = client.get_text("/readyz");
  while (l.readiness.ends_with('\n'))
    l.readiness.pop_back();
  l.at = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  return l;
}

}  // namespace

int top_command(const common_options& o, const top_order& order) {
  const endpoint gate = order.address.empty() ? read_config(o).admin_address : read_address(order.address);
  const std::chrono::seconds interval(order.interval);
  const bool on_a_terminal = isatty(STDOUT_FILENO) == 1;
  look before = look_at(gate);
  do {
    std::this_thread::sleep_for(interval);
    look now;
    try {
      now = look_at(gate);
    } catch (const command_failed&) {
      if (order.once) throw;
      // It may be starting again: the next look tells.
      std::cout << "no gate answers at " << to_string(gate) << '\n' << std::flush;
      continue;
    }
    if (on_a_terminal && !order.once) std::cout << "\x1b[H\x1b[2J";
    std::cout << top_view(now, before, to_string(gate)) << std::flush;
    before = std::move(now);
  } while (!order.once && std::cout);
  return 0;
}

}  // namespace proxy
