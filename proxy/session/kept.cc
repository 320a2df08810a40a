// What the gate's listener kept for the sender, delivered to it once it receives. What the SMSC delivers meanwhile
// comes after it, but does not wait for long.
#include "proxy/session/session.h"

namespace proxy {

using smpp::command_id;

namespace {

// What comes from the SMSC waits for what was kept so long, and so much of it; then it goes ahead.
constexpr std::chrono::seconds longest_wait{2};
constexpr std::size_t most_newer = std::size_t{1} << 20U;

}  // namespace

void session::begin_receiving(moment now) {
  if (!receives() || !host_->may_deliver_kept(system_id_)) return;
  kept_.begin();
  holds_newer_ = true;
  deliver_kept(now);
}

void session::deliver_kept(moment now) {
  one_side& esme = side(leg::esme);
  while (state_ == state::bound && !esme.paused && esme.requests.size() < limits().max_window) {
    const store::held_item* item = kept_.next();
    if (item == nullptr) break;
    const smpp::octets pdu(reinterpret_cast<const std::uint8_t*>(item->octets.data()), item->octets.size());
    in_flight request;
    request.id = smpp::read_header(pdu).command_id;
    request.since = now.steady;
    request.kept = true;
    const std::uint32_t sequence_number = esme.requests.add(request);
    smpp::append_renumbered(esme.output, pdu, sequence_number);
    kept_.sent(sequence_number);
  }
  if (const auto after = kept_.wants_more()) host_->fetch_kept(system_id_, *after);
  if (!kept_.unsent()) release_newer();
}

void session::kept(std::variant<store::held_batch, store::failure> fetched, moment now) {
  if (auto* batch = std::get_if<store::held_batch>(&fetched)) {
    kept_.fetched(std::move(*batch), now.steady);
  } else {
    kept_.fetch_failed(now.steady);
  }
  deliver_kept(now);
}

void session::take_kept_answer(std::uint32_t sequence_number, bool accepted, moment now) {
  const auto position = kept_.answered(sequence_number, accepted, now.steady);
  if (!position) return;
  host_->kept_answered(system_id_, *position, accepted);
  deliver_kept(now);
  check_drained(now);
}

// Every so often: what was refused, what another session left, what has waited long enough.
void session::look_after_kept(moment now) {
  if (state_ != state::bound || draining_ || !receives()) return;
  if (holds_newer_ && !newer_.empty() && now.steady - newer_since_ >= longest_wait) release_newer();
  if (kept_.may_begin(now.steady) && host_->may_deliver_kept(system_id_)) kept_.begin();
  deliver_kept(now);
}

void session::stop_delivering_kept() {
  kept_.stop();
  release_newer();
}

// Where a deliver_sm or data_sm of the SMSC goes.
smpp::buffer& session::delivered_to_esme(moment now) {
  if (newer_.size() > most_newer) release_newer();
  if (!holds_newer_) return side(leg::esme).output;
  if (newer_.empty()) newer_since_ = now.steady;
  return newer_;
}

void session::release_newer() {
  holds_newer_ = false;
  smpp::buffer& output = side(leg::esme).output;
  output.insert(output.end(), newer_.begin(), newer_.end());
  newer_.clear();
}

}  // namespace proxy
