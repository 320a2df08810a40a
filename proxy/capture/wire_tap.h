// What one session shows to the captures under way: its octets cut into PDUs, those that fit a filter masked and put
// into packets. Lives on the session's thread.
#pragma once

#include <array>
#include <map>
#include <set>
#include <string>

#include "proxy/capture/capture.h"
#include "proxy/capture/packet.h"

namespace proxy {

// One connection of the gate.
struct wire {
  std::uint32_t interface = 0;  // 0: the ESME's, 1: the SMSC's
  wire_end gate;
  wire_end peer;
};

class wire_tap {
 public:
  // `octets` begins with a whole PDU: what was read, or written, in one go. `system_id` is the session's.
  void saw(captures& all, const wire& w, pcapng::direction d, smpp::octets octets, const std::string& system_id,
           store::instant at);

 private:
  // What a capture has had of this session, each by interface and direction.
  struct followed {
    std::array<std::array<std::uint32_t, 2>, 2> sent{};               // TCP's numbers
    std::array<std::array<std::set<std::uint32_t>, 2>, 2> awaited{};  // sequence_number of requests that fit
  };

  static bool fits(const capture& c, followed& f, const wire& w, pcapng::direction d, smpp::octets pdu,
                   const std::string& system_id);
  static void show(capture& c, followed& f, const wire& w, pcapng::direction d, smpp::octets pdu, store::instant at);

  std::map<std::uint64_t, followed> followed_;  // by the capture's id
};

}  // namespace proxy
