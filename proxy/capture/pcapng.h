// Blocks of a pcapng file (draft-ietf-opsawg-pcapng): little-endian, padded to four octets.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "store/instant.h"

namespace proxy::pcapng {

// A section header and one interface for each leg, 0: esme, 1: smsc; their packets begin with an IP header.
std::string header(std::string_view application);

enum class direction : std::uint8_t { inbound = 1, outbound = 2 };  // as epb_flags has them

// An enhanced packet.
std::string packet(std::uint32_t interface, store::instant at, direction d, std::string_view octets);

// Interface statistics: how many packets of the interface could not be kept, up to this time.
std::string statistics(std::uint32_t interface, store::instant at, std::uint64_t dropped);

}  // namespace proxy::pcapng
