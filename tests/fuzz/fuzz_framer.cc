// Framing does not depend on where the stream is cut, and takes nothing from it and adds nothing to it.
#include <algorithm>
#include <vector>

#include "smpp/framer.h"
#include "tests/fuzz/check.h"

namespace {

constexpr std::uint32_t limit = 4096;

struct result {
  std::vector<smpp::buffer> pdus;
  bool lost = false;
};

// Reads the stream as it would come in pieces of `piece` octets.
result read(smpp::octets stream, std::size_t piece) {
  result r;
  smpp::buffer received;
  for (std::size_t at = 0; at < stream.size() && !r.lost; at += piece) {
    const smpp::octets more = stream.subspan(at, std::min(piece, stream.size() - at));
    received.insert(received.end(), more.begin(), more.end());
    for (;;) {
      const smpp::frame f = smpp::next_frame(received, limit);
      r.lost = f.status == smpp::framing::lost;
      if (f.status != smpp::framing::complete) break;
      FUZZ_CHECK(f.length >= smpp::header_length && f.length <= limit && f.length <= received.size());
      FUZZ_CHECK(smpp::read_header(received).command_length == f.length);
      const auto end = received.begin() + static_cast<std::ptrdiff_t>(f.length);
      r.pdus.emplace_back(received.begin(), end);
      received.erase(received.begin(), end);
    }
  }
  return r;
}

// The same octets as PDUs of chosen lengths, one after the other: each must come out as it went in.
void check_concatenated(smpp::octets data) {
  std::vector<smpp::buffer> sent;
  smpp::buffer stream;
  while (data.size() > 1) {
    const std::size_t body = std::min<std::size_t>(data[0], data.size() - 1);
    smpp::buffer pdu;
    smpp::append_header(pdu, smpp::command_id{data[0]}, smpp::command_status{}, data[1]);
    pdu.insert(pdu.end(), data.begin() + 1, data.begin() + 1 + static_cast<std::ptrdiff_t>(body));
    smpp::write_u32(pdu.data(), static_cast<std::uint32_t>(pdu.size()));
    smpp::append_renumbered(stream, pdu, data[1]);
    sent.push_back(std::move(pdu));
    data = data.subspan(1 + body);
  }
  const result r = read(stream, 7);
  FUZZ_CHECK(!r.lost);
  FUZZ_CHECK(r.pdus == sent);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const smpp::octets stream(data, size);
  const result whole = read(stream, size + 1);
  for (const std::size_t piece : {1U, 5U, 16U}) {
    const result pieces = read(stream, piece);
    FUZZ_CHECK(pieces.lost == whole.lost);
    FUZZ_CHECK(pieces.pdus == whole.pdus);
  }
  check_concatenated(stream);
  return 0;
}
