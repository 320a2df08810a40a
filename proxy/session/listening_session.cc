#include "proxy/session/listening_session.h"

#include "proxy/observe/log.h"
#include "proxy/session/carrier.h"
#include "proxy/session/delivery_answer.h"
#include "smpp/bind.h"
#include "smpp/framer.h"

namespace proxy {

using smpp::command_id;
using smpp::command_status;
using std::chrono::steady_clock;

namespace {

constexpr std::size_t most_deliveries = 256;  // taken and not answered
constexpr std::chrono::seconds bind_patience{10};
constexpr std::chrono::seconds parting_patience{2};  // a sender waits for it
// Silence before it is asked whether the line lives, and until it does not.
constexpr std::chrono::seconds ask_after{30};
constexpr std::chrono::seconds dead_after{45};
// From the moment it has made way for a sender until it may come again: an SMSC that frees a bind late refuses the
// sender's first attempt, and must not find the listener there again at the second.
constexpr std::chrono::seconds out_of_the_way{3};
constexpr std::chrono::seconds lasting{60};  // a bind that was kept so long has worked

}  // namespace

listening_session::listening_session(listener_config c, std::shared_ptr<const policy> p, replies& r, metrics& m,
                                     listening_host& host, moment now, std::uint32_t seed)
    : config_(std::move(c)),
      policy_(std::move(p)),
      replies_(&r),
      metrics_(&m),
      host_(&host),
      backoff_(seed),
      next_attempt_(now.steady),
      since_(now.steady),
      heard_(now.steady) {}

// --- connections ---

bool listening_session::wants_connection(moment now) const {
  return state_ == state::away && !stopped_ && now.steady >= next_attempt_;
}

void listening_session::begin(moment now) {
  state_ = state::connecting;
  since_ = now.steady;
  parting_ = false;
  closed_because_.clear();
}

void listening_session::connected(const upstream& reached, moment now) {
  if (state_ != state::connecting) return;
  upstream_ = reached;
  spelling_ = replies_->spelling_of(reached.address);
  since_ = heard_ = now.steady;
  asked_ = false;
  if (parting_) return close("", now);
  state_ = state::binding;
  request_ = ++last_sequence_;
  const std::string& known_as = config_.upstream_system_id.empty() ? config_.system_id : config_.upstream_system_id;
  smpp::append_bind(output_, command_id::bind_receiver, request_, known_as, config_.password, config_.system_type);
}

void listening_session::failed(moment now) {
  if (state_ != state::connecting) return;
  closed_because_ = parting_ ? "" : "no upstream can be reached";
  come_again(now);
}

void listening_session::closed(moment now) {
  if (state_ == state::away) return;
  if (state_ != state::closing && !parting_) closed_because_ = "closed by the SMSC";
  come_again(now);
}

void listening_session::come_again(moment now) {
  note_lasting(now);
  const bool as_wished = closed_because_.empty();
  const auto pause = as_wished ? out_of_the_way : backoff_.next();
  next_attempt_ = now.steady + pause;
  state_ = state::away;
  upstream_.reset();
  output_.clear();
  deliveries_.clear();  // not answered: they are delivered again
  if (as_wished) return;
  log(log_level::warning, "a listener is not bound: nobody hears what people reply",
      {{"system_id", config_.system_id},
       {"error", closed_because_},
       {"next_attempt_seconds", std::chrono::duration<double>(pause).count()}});
}

void listening_session::note_lasting(moment now) {
  if (state_ == state::bound && !parting_ && now.steady - since_ >= lasting) backoff_.reset();
}

void listening_session::close(std::string why, moment now) {
  note_lasting(now);
  closed_because_ = std::move(why);
  state_ = state::closing;
}

// --- octets ---

bool listening_session::may_take() const {
  return state_ != state::away && state_ != state::closing && deliveries_.size() < most_deliveries;
}

std::size_t listening_session::received(smpp::octets received, moment now) {
  std::size_t done = 0;
  while (done < received.size() && may_take()) {
    const smpp::octets rest = received.subspan(done);
    const smpp::frame f = smpp::next_frame(rest, limits().max_pdu_octets);
    if (f.status == smpp::framing::incomplete) break;
    if (f.status == smpp::framing::lost) {
      metrics_->malformed(leg::smsc).Increment();
      smpp::append_header(output_, command_id::generic_nack, command_status::ESME_RINVCMDLEN, 0);
      close("framing lost by the SMSC", now);
      break;
    }
    heard_ = now.steady;
    asked_ = false;
    take(rest.first(f.length), now);
    done += f.length;
  }
  return state_ == state::closing ? received.size() : done;
}

void listening_session::take(smpp::octets pdu, moment now) {
  const smpp::header h = smpp::read_header(pdu);
  metrics_->count_pdu(leg::smsc, h.command_id, 1);
  if (smpp::is_response(h.command_id)) return take_answer(h, now);
  switch (h.command_id) {
    case command_id::deliver_sm:
    case command_id::data_sm:
      return take_delivery(pdu, h, now);
    case command_id::enquire_link:
      return smpp::append_header(output_, command_id::enquire_link_resp, command_status::ESME_ROK, h.sequence_number);
    case command_id::unbind:
      smpp::append_header(output_, command_id::unbind_resp, command_status::ESME_ROK, h.sequence_number);
      return close(parting_ ? "" : "unbound by the SMSC", now);
    case command_id::alert_notification:
      return;  // that a person can be reached just now; it has no answer, and is of no use later
    default:
      smpp::append_header(output_, command_id::generic_nack, command_status::ESME_RINVCMDID, h.sequence_number);
  }
}

void listening_session::take_answer(const smpp::header& h, moment now) {
  if (h.command_id == command_id::enquire_link_resp) return;
  if (h.sequence_number != request_ || (state_ != state::binding && state_ != state::unbinding))
    return metrics_->stray_answers(leg::smsc).Increment();
  if (state_ == state::unbinding) return close("", now);
  if (h.command_id != command_id::bind_receiver_resp || h.command_status != command_status::ESME_ROK) {
    const std::string status(smpp::name(h.command_status));
    return close("the SMSC refused the bind: " + (status.empty() ? "an unnamed command_status" : status), now);
  }
  state_ = state::bound;
  if (parting_) return unbind_if_settled(now);
  since_ = now.steady;
  log(log_level::info, "a listener is bound",
      {{"system_id", config_.system_id}, {"upstream", to_string(upstream_->address)}});
}

// Everything is kept, what goes on record too: the sender is to learn of it. When there is no room for it, it goes on
// record all the same, and the SMSC delivers it again.
void listening_session::take_delivery(smpp::octets pdu, const smpp::header& h, moment now) {
  if (parting_) return;
  smpp::message m;
  const command_status decoded =
      h.command_id == command_id::data_sm ? smpp::decode_data_sm(pdu, m, false) : smpp::decode_deliver_sm(pdu, m);
  if (decoded != command_status::ESME_ROK) metrics_->malformed(leg::smsc).Increment();
  reply heard;
  store::number about;
  bool own = false;
  if (decoded == command_status::ESME_ROK || decoded == command_status::ESME_RINVOPTPARSTREAM) {
    own = replies_->is_own_receipt(*policy_, m, *spelling_);
    if (!own) heard = replies_->read({*policy_, bind_candidates(), nullptr, now}, pdu, m, upstream_->default_alphabet);
    const carrier_blocks& known = upstream_->carrier ? *upstream_->carrier : policy_->settings().carrier;
    if (!heard.goes_on_record()) heard.events = events_of_receipt(*policy_, bind_candidates(), known, pdu, m, now.wall);
    // A receipt may go the other way round.
    const smpp::address& person = policy_->is_own(m.source_addr) ? m.destination_addr : m.source_addr;
    about = policy_->read_number(person).value_or(store::number{});
  }
  const std::uint32_t ticket = ++last_ticket_;
  deliveries_[ticket] = {h.sequence_number, h.command_id, heard.goes_on_record() ? fate::writing : fate::none,
                         fate::writing};
  if (own) {
    deliveries_[ticket].keeping = fate::done;  // the sender knows nothing of what it is about
  } else if (!host_->keep(pdu, about, ticket)) {
    metrics_->count_kept(config_.system_id, "no_room", 1);
    deliveries_[ticket].keeping = fate::not_stored;
  }
  if (heard.goes_on_record()) host_->record(std::move(heard), ticket);
  answer_if_settled(ticket, now);
}

void listening_session::recorded(std::uint32_t ticket, bool on_disk, moment now) {
  const auto found = deliveries_.find(ticket);
  if (!on_disk) metrics_->unstored_opt_outs().Increment();
  if (found == deliveries_.end()) return;
  found->second.record = on_disk ? fate::done : fate::not_stored;
  answer_if_settled(ticket, now);
}

void listening_session::kept(std::uint32_t ticket, bool on_disk, moment now) {
  metrics_->count_kept(config_.system_id, on_disk ? "kept" : "not_stored", 1);
  const auto found = deliveries_.find(ticket);
  if (found == deliveries_.end()) return;
  found->second.keeping = on_disk ? fate::done : fate::not_stored;
  answer_if_settled(ticket, now);
}

void listening_session::answer_if_settled(std::uint32_t ticket, moment now) {
  const delivery& d = deliveries_.at(ticket);
  if (d.record == fate::writing || d.keeping == fate::writing) return;
  const bool stored = d.record != fate::not_stored && d.keeping == fate::done;
  append_delivery_answer(output_, d.id, d.sequence_number,
                         stored ? command_status::ESME_ROK : command_status::ESME_RX_T_APPN);
  deliveries_.erase(ticket);
  if (parting_) unbind_if_settled(now);
}

// --- time, store, operator ---

void listening_session::tick(moment now) {
  if (parting_ && state_ != state::away && state_ != state::closing && now.steady - since_ >= parting_patience)
    return close("", now);
  if (state_ == state::binding && now.steady - since_ >= bind_patience) return close("the bind was not answered", now);
  if (state_ != state::bound || parting_) return;
  if (now.steady - heard_ >= dead_after) return close("the SMSC is silent", now);
  if (now.steady - heard_ < ask_after || asked_) return;
  asked_ = true;
  smpp::append_header(output_, command_id::enquire_link, command_status::ESME_ROK, ++last_sequence_);
}

void listening_session::yield(moment now) {
  if (state_ == state::away || state_ == state::closing || parting_) return;
  note_lasting(now);
  parting_ = true;
  since_ = now.steady;
  log(log_level::info, stopped_ ? "a listener stops" : "a listener makes way for a sender",
      {{"system_id", config_.system_id}});
  if (state_ == state::connecting) return come_again(now);
  if (state_ == state::bound) unbind_if_settled(now);
}

void listening_session::stop(moment now) {
  stopped_ = true;
  yield(now);
}

void listening_session::unbind_if_settled(moment now) {
  if (state_ != state::bound || !deliveries_.empty()) return;
  state_ = state::unbinding;
  since_ = now.steady;
  request_ = ++last_sequence_;
  smpp::append_header(output_, command_id::unbind, command_status::ESME_ROK, request_);
}

void listening_session::use(std::shared_ptr<const policy> p) {
  policy_ = std::move(p);
  candidates_.reset();
}

const candidates& listening_session::bind_candidates() {
  if (!candidates_) candidates_ = policy_->candidates_for(config_.system_id);
  return *candidates_;
}

}  // namespace proxy
