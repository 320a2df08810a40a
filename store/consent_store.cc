#include "store/consent_store.h"

#include <algorithm>
#include <future>

#include "store/acknowledged.h"
#include "store/act_times.h"
#include "store/held_queue.h"
#include "store/index.h"
#include "store/journal_eraser.h"
#include "store/ledger.h"
#include "store/names.h"
#include "store/purger.h"
#include "store/subjects.h"
#include "store/writer.h"

namespace store {
namespace {

// A clock before this version was made, or far behind what has been recorded, is wrong.
constexpr instant earliest_plausible = std::chrono::sys_days{std::chrono::year{2026} / 1 / 1};
constexpr std::chrono::hours clock_tolerance{1};
constexpr std::uint64_t records_together = 20000;  // read before others may have the ledger

std::filesystem::path keys_file(const std::filesystem::path& store) {
  return store / "numbers.key";
}

}  // namespace

class consent_store::implementation {
 public:
  implementation(std::filesystem::path where, number_keys keys, bool hashed)
      : path(std::move(where)),
        subjects(index, std::move(keys), hashed),
        memories(subjects.keys()->oldest()),
        held(sealing_key(subjects.keys()->oldest().of("held"))) {}

  std::filesystem::path path;
  class names names;
  class index index;
  class subjects subjects;
  act_times times;
  std::unique_ptr<journal_keeper> journal;
  std::unique_ptr<access_keeper> access;
  memory_keeper memories;
  held_queue held;
  std::unique_ptr<class writer> writer;
  std::unique_ptr<class purger> purger;
  std::unique_ptr<class journal_eraser> eraser;
  std::mutex keys_mutex;

  std::optional<failure> load(const ledger& l, committed& known) {
    auto failed = l.each_name([&](const stored_name& n) { return names.load(n); });
    if (failed) return failed;
    failed = l.each_corrected([&](const event_id& id) { known.corrected.insert(id); });
    if (failed) return failed;
    failed = load_states(l);
    if (failed) return failed;
    const auto recalled = l.history(number{});
    if (const auto* why = std::get_if<failure>(&recalled)) return *why;
    index.set_recalls(recalls_of(std::get<std::vector<event>>(recalled), known.corrected, names));
    return std::nullopt;
  }

  // While some numbers' places in the index are on their way from memory, the next are read.
  std::optional<failure> load_states(const ledger& l) {
    constexpr std::size_t together = 64;
    std::vector<std::pair<number, fact>> waiting;
    const auto merge = [&] {
      for (const auto& [who, f] : waiting)
        index.merge(who, f);
      waiting.clear();
    };
    index.reserve(l.estimated_numbers());
    auto failed = l.each_state([&](number who, std::vector<fact>& facts) {
      if (waiting.size() >= together) merge();
      index.expect(who);
      for (const fact& f : facts)
        waiting.emplace_back(who, f);
    });
    merge();
    return failed;
  }

  // Settles when it happened, and blocks at once what opts out: nobody waits for the disk to be left in peace.
  void settle(event& e) {
    e.sequence = 0;
    const number who = subjects.of(e.who);
    if (made_by_gate(e.method)) e.occurred_at = times.begin(who, now(), index.latest_act(who));
    if (e.kind == event_kind::opt_out) index.merge(who, *fact_of(e, names));
    if (e.kind == event_kind::recall) index.recall(names.intern_source(e.source), e.occurred_at, 0);
  }

  std::optional<failure> purge() {
    return writer->with_ledger<std::optional<failure>>([](ledger& l) { return l.purge(); });
  }
};

consent_store::consent_store(std::unique_ptr<implementation> i) : implementation_(std::move(i)) {}
consent_store::~consent_store() {
  stop_purging();
}

std::variant<std::unique_ptr<consent_store>, failure> consent_store::open(options o) {
  const auto mark = acknowledged::read(o.path);
  if (const auto* why = std::get_if<failure>(&mark)) return *why;
  const std::uint64_t promised = std::get<std::uint64_t>(mark);
  std::error_code ignored;
  const bool begun = promised != 0 || std::filesystem::exists(keys_file(o.path), ignored);
  auto opened = ledger::open(o.path, begun ? when_missing::fail : when_missing::create);
  if (auto* why = std::get_if<failure>(&opened)) return *why;
  auto l = std::move(std::get<std::unique_ptr<ledger>>(opened));
  const std::uint64_t last = l->head().sequence;
  if (last < promised) return acknowledged::lost(o.path, last, promised);
  if (auto why = l->check_complete(last)) return *why;
  auto keys = number_keys::open(keys_file(o.path), l->knows_keys() ? when_missing::fail : when_missing::create);
  if (auto* why = std::get_if<failure>(&keys)) return *why;
  if (auto why = l->check_keys(std::get<number_keys>(keys))) return *why;
  if (auto why = l->check_storage(o.hashed_numbers)) return *why;
  auto i = std::make_unique<implementation>(o.path, std::move(std::get<number_keys>(keys)), o.hashed_numbers);
  committed known{i->index, i->names, i->subjects, {}, {}};
  if (auto why = i->load(*l, known)) return *why;
  const auto journal_end = l->newest_in_journal();
  if (const auto* why = std::get_if<failure>(&journal_end)) return *why;
  i->journal = std::make_unique<journal_keeper>(std::get<ledger::journal_end>(journal_end));
  i->journal->set_renumbering([&who = i->subjects]() -> renumbering {
    if (!who.may_be_hashed()) return {};
    return [&who](number n) { return who.of(n); };
  });
  const auto unfinished = l->unfinished_erasures();
  if (const auto* why = std::get_if<failure>(&unfinished)) return *why;
  for (const erased_person& person : std::get<0>(unfinished))
    i->journal->forget(person.who);
  i->access = std::make_unique<access_keeper>(l->access_head().at);
  if (auto why = i->memories.load(*l, [&who = i->subjects](number n) { return who.of(n); })) return *why;
  if (auto why = i->held.load(*l)) return *why;
  const bool remains = l->owes_purge();
  i->writer = std::make_unique<writer>(o.path, std::move(l), std::move(known), *i->journal, *i->access, i->memories,
                                       i->held, std::move(o.on_write));
  i->memories.set_wake([w = i->writer.get()] { w->wake(); });
  i->purger = std::make_unique<purger>([p = i.get()] { return p->purge(); }, remains);
  i->eraser = std::make_unique<journal_eraser>(*i->writer);
  for (const erased_person& person : std::get<0>(unfinished))
    i->eraser->erase(person, [&p = *i->purger](const std::optional<failure>&) { p.owe(); });
  return std::unique_ptr<consent_store>(new consent_store(std::move(i)));
}

finding consent_store::judge(number who, const question& q) const {
  if (auto f = implementation_->subjects.judge(who, q)) return *f;
  return store::judge({}, {}, q);
}

void consent_store::expect(number who) const {
  implementation_->index.expect(who);
}

bool consent_store::opted_out_of(number who, scope_id scope) const {
  return opted_out_in(implementation_->index.facts(kept_as(who)), scope);
}

bool consent_store::available(instant now) const {
  const writer& w = *implementation_->writer;
  return !w.failed() && now >= earliest_plausible && now + clock_tolerance >= w.newest_recorded();
}

scope_id consent_store::intern(const scope& s) {
  return implementation_->names.intern(s);
}

channel_id consent_store::channel_of(std::string_view address, std::string_view sender) const {
  return implementation_->memories.correspondence.channel_of(address, sender);
}

address_users::unseen consent_store::use_address(const std::string& address, std::vector<channel_id> channels,
                                                 instant now) {
  return implementation_->memories.address_users.use(address, std::move(channels), now);
}

void consent_store::wrote(number to, channel_id through, instant at) {
  memory_keeper& m = implementation_->memories;
  if (m.correspondence.wrote(to, through, at)) m.changed();
}

std::vector<channel_id> consent_store::used_lately(number to, std::span<const channel_id> among, instant now) const {
  return implementation_->memories.correspondence.used(to, among, now);
}

bool consent_store::keep_scheduled(scheduled s) {
  s.who = kept_as(s.who);
  return implementation_->memories.scheduled.add(std::move(s));
}

scheduled_messages& consent_store::scheduled_ones() {
  return implementation_->memories.scheduled;
}

void consent_store::sent(number to, std::string message_id, instant at) {
  implementation_->memories.sent.add({kept_as(to), at, std::move(message_id)});
}

bool consent_store::has_sent() const {
  return !implementation_->memories.sent.empty();
}

std::vector<std::string> consent_store::sent_ids(number to) const {
  return implementation_->memories.sent.ids_to(kept_as(to));
}

void consent_store::forget_sent(instant before) {
  implementation_->memories.sent.forget(before);
}

void consent_store::record(std::vector<event> events, completion done) {
  std::vector<number> acted;
  for (event& e : events) {
    implementation_->settle(e);
    if (made_by_gate(e.method)) acted.push_back(e.who);
  }
  implementation_->writer->submit(std::move(events),
                                  [this, acted = std::move(acted), done = std::move(done)](outcome o) {
                                    for (const number who : acted)
                                      implementation_->times.end(implementation_->subjects.of(who));
                                    done(std::move(o));
                                  });
}

outcome consent_store::record_and_wait(std::vector<event> events) {
  std::promise<outcome> promise;
  record(std::move(events), [&](outcome o) { promise.set_value(std::move(o)); });
  return promise.get_future().get();
}

void consent_store::make_ready(event e, import_batch& into) {
  e.identity = implementation_->subjects.keys()->keyed(e.identity);
  into.add(e, kept_as(e.who), *fact_of(e, implementation_->names));
}

void consent_store::record(import_slice rows, std::function<void(std::optional<failure>)> done) {
  implementation_->writer->submit_import(std::move(rows), std::move(done));
}

void consent_store::erase(number who, event by, erasure_completion done) {
  by.kind = event_kind::erasure;
  implementation_->writer->submit_erasure(
      who, std::move(by), [this, who, done = std::move(done)](std::variant<erased, failure> result) {
        const auto* e = std::get_if<erased>(&result);
        if (e == nullptr) return done(std::move(result));
        implementation_->purger->owe();
        if (who.is_hash()) return done(std::move(result));
        implementation_->eraser->erase(
            {who, e->hash}, [done, result](std::optional<failure> why) { why ? done(std::move(*why)) : done(result); });
      });
}

void consent_store::propose(proposed_correction p, proposal_completion done) {
  implementation_->writer->submit_proposal(std::move(p), std::move(done));
}

std::variant<std::vector<proposed_correction>, failure> consent_store::proposed_corrections(instant now) const {
  using result = std::variant<std::vector<proposed_correction>, failure>;
  auto all = implementation_->writer->with_ledger<result>([](const ledger& l) { return l.proposed_corrections(); });
  if (auto* found = std::get_if<0>(&all)) std::erase_if(*found, [&](const auto& p) { return p.lapsed(now); });
  return all;
}

void consent_store::keep(pending_opt_in p, std::function<void(std::optional<failure>)> done) {
  implementation_->writer->submit_pending(std::move(p), writer::pending::keep, std::move(done));
}

void consent_store::forget(number who, const std::string& sender) {
  implementation_->writer->submit_pending({who, sender, {}, {}, {}, {}}, writer::pending::forget,
                                          [](const std::optional<failure>&) {});
}

std::variant<std::vector<pending_opt_in>, failure> consent_store::pending_opt_ins() const {
  using result = std::variant<std::vector<pending_opt_in>, failure>;
  return implementation_->writer->with_ledger<result>([](const ledger& l) -> result {
    std::vector<pending_opt_in> all;
    if (auto why = l.each_pending_opt_in(std::nullopt, [&](pending_opt_in p) { all.push_back(std::move(p)); }))
      return *why;
    return all;
  });
}

bool consent_store::hold(const std::string& name, number about, std::string octets, const held_bounds& most,
                         held_completion done) {
  if (about != number{}) about = implementation_->subjects.keys()->access_hash(about);
  const bool room = implementation_->held.add(name, about, std::move(octets), most, std::move(done));
  if (room) implementation_->writer->wake();
  return room;
}

void consent_store::read_held(const std::string& name, std::uint64_t after, std::size_t most, held_reader done) {
  implementation_->held.read(name, after, most, std::move(done));
  implementation_->writer->wake();
}

void consent_store::remove_held(const std::string& name, std::uint64_t position) {
  implementation_->held.remove(name, position);
  implementation_->writer->wake();
}

held_size consent_store::held(const std::string& name) const {
  return implementation_->held.size(name);
}

std::map<std::string, held_size> consent_store::held_sizes() const {
  return implementation_->held.sizes();
}

std::optional<failure> consent_store::purge() {
  return implementation_->purge();
}

bool consent_store::owes_purge() const {
  const auto owed = implementation_->writer->with_ledger<std::variant<bool, failure>>(
      [](const ledger& l) { return std::variant<bool, failure>(l.owes_purge()); });
  return std::holds_alternative<failure>(owed) || std::get<bool>(owed);
}

void consent_store::stop_purging() {
  implementation_->writer->with_ledger<std::optional<failure>>([](ledger& l) {
    l.stop_purging();
    return std::nullopt;
  });
}

std::optional<failure> consent_store::rotate_keys() {
  const std::lock_guard lock(implementation_->keys_mutex);
  number_keys keys = *implementation_->subjects.keys();
  if (auto why = keys.rotate(keys_file(implementation_->path))) return why;
  auto why =
      implementation_->writer->with_ledger<std::optional<failure>>([&](ledger& l) { return l.check_keys(keys); });
  if (!why) implementation_->subjects.use(std::move(keys));
  return why;
}

std::variant<std::vector<event>, failure> consent_store::history(number who) const {
  using result = std::variant<std::vector<event>, failure>;
  const number kept = kept_as(who);
  return implementation_->writer->with_ledger<result>([&](const ledger& l) { return l.history(kept); });
}

std::variant<std::optional<event>, failure> consent_store::at(std::uint64_t sequence) const {
  using result = std::variant<std::optional<event>, failure>;
  return implementation_->writer->with_ledger<result>([&](const ledger& l) { return l.at(sequence); });
}

std::optional<failure> consent_store::each_at(std::span<const std::uint64_t> sequences,
                                              const std::function<bool(const event&)>& visit) const {
  using result = std::optional<failure>;
  return implementation_->writer->with_ledger<result>([&](const ledger& l) { return l.each_at(sequences, visit); });
}

std::variant<std::optional<event>, failure> consent_store::find(const event_id& id) const {
  using result = std::variant<std::optional<event>, failure>;
  return implementation_->writer->with_ledger<result>([&](const ledger& l) { return l.find(id); });
}

std::optional<failure> consent_store::scan(std::uint64_t after, const std::function<bool(const event&)>& visit) const {
  using result = std::optional<failure>;
  return implementation_->writer->with_ledger<result>([&](const ledger& l) { return l.scan(after, visit); });
}

std::vector<consent_store::known_fact> consent_store::known(number who) const {
  std::vector<known_fact> all;
  for (const fact& f : implementation_->index.facts(kept_as(who))) {
    all.push_back({f, implementation_->names.scope_of(f.scope), implementation_->names.source_of(f.source)});
  }
  return all;
}

consent_store::arrival consent_store::arrival_of(const event& opt_in, const std::string& group,
                                                 std::chrono::months life) const {
  constexpr std::uint32_t unused = UINT32_MAX;  // an id that no fact has: nothing is known of the name
  const names& n = implementation_->names;
  arrival a;
  a.who = kept_as(opt_in.who);
  a.opt_in.occurred_at = opt_in.occurred_at;
  a.opt_in.expires_at = opt_in.expires_at;
  a.opt_in.source = n.find_source(opt_in.source).value_or(unused);
  a.opt_in.scope = n.find(opt_in.scope).value_or(unused);
  a.asked = {a.opt_in.scope, a.opt_in.scope, consent_rule::opt_in, {}, life};
  if (!group.empty()) a.asked.group = n.find({scope_kind::group, group}).value_or(unused);
  return a;
}

standing consent_store::judge(arrival a, instant now) const {
  a.asked.now = now;
  return implementation_->index.judge_arrival(a.who, a.opt_in, a.asked);
}

std::variant<std::vector<bool>, failure> consent_store::are_recorded(
    std::span<const std::array<std::uint8_t, 16>> identities) const {
  using result = std::variant<std::vector<bool>, failure>;
  const auto keys = implementation_->subjects.keys();
  return implementation_->writer->with_ledger<result>([&](const ledger& l) -> result {
    std::vector<bool> known;
    known.reserve(identities.size());
    for (const auto& identity : identities) {
      const auto sequence = l.find_identity(keys->keyed(identity));
      if (const auto* why = std::get_if<failure>(&sequence)) return *why;
      known.push_back(std::get<0>(sequence).has_value());
    }
    return known;
  });
}

std::uint64_t consent_store::opt_ins_of(const std::string& source, instant up_to) const {
  return implementation_->index.live_opt_ins(implementation_->names.intern_source(source), up_to);
}

number consent_store::kept_as(number who) const {
  return implementation_->subjects.of(who);
}

std::variant<verification, failure> consent_store::verify(verification so_far) const {
  const auto keys = implementation_->subjects.keys();
  const std::uint64_t newest = implementation_->writer->last_sequence();
  const auto misfit_at = [&](std::uint64_t sequence, const std::string& why) {
    so_far.first_misfit = sequence;
    so_far.why = why;
    so_far.done = true;
    return false;
  };
  std::uint64_t read = 0;
  const auto step = [&](std::uint64_t sequence, std::string_view octets) {
    if (sequence != so_far.events + 1) {
      return misfit_at(so_far.events + 1, "it is missing: event " + std::to_string(sequence) + " comes after event " +
                                              std::to_string(so_far.events));
    }
    digest256 own{};
    if (const auto why = misfit(octets, sequence, so_far.head, *keys, own)) return misfit_at(sequence, *why);
    if (sequence == so_far.deposited.sequence && own != so_far.deposited.own)
      return misfit_at(sequence, "it, or one before it, is not what it was when the head was deposited");
    so_far.events = sequence;
    so_far.head = own;
    return ++read < records_together;
  };
  const auto why = implementation_->writer->with_ledger<std::optional<failure>>(
      [&](const ledger& l) { return l.scan_records(so_far.events, step); });
  if (why) return *why;
  if (so_far.done || read == records_together) return so_far;
  if (so_far.events < std::max(newest, so_far.deposited.sequence))
    misfit_at(so_far.events + 1, "it is missing: event " + std::to_string(std::max(newest, so_far.deposited.sequence)) +
                                     " had been recorded");
  so_far.done = true;
  return so_far;
}

// A use at whose place in the chain another stands, or none, is told by its number.
std::variant<access_verification, failure> consent_store::verify_access(access_verification so_far) const {
  std::uint64_t read = 0;
  const auto misfit_at = [&](std::optional<instant> at, const std::string& why) {
    so_far.first_misfit = so_far.head.count + 1;
    so_far.misfit_at = at;
    so_far.why = why;
    so_far.done = true;
    return false;
  };
  using result = std::variant<std::uint64_t, failure>;
  const auto newest = implementation_->writer->with_ledger<result>([&](const ledger& l) -> result {
    const std::uint64_t recorded = l.access_head().count;
    const auto why = l.scan_access_octets(so_far.head.at, [&](instant at, std::string_view octets) {
      const store::access_head before = so_far.head;
      if (const auto wrong = misfit(octets, at, so_far.head)) return misfit_at(at, *wrong);
      if (so_far.head.count == so_far.deposited.count && so_far.head.own != so_far.deposited.own) {
        so_far.head = before;
        return misfit_at(at, "it, or one before it, is not what it was when the head was deposited");
      }
      return ++read < records_together;
    });
    if (why) return *why;
    return recorded;
  });
  if (const auto* why = std::get_if<failure>(&newest)) return *why;
  if (so_far.done || read == records_together) return so_far;
  const auto recorded = std::max(std::get<std::uint64_t>(newest), so_far.deposited.count);
  if (so_far.head.count < recorded)
    misfit_at(std::nullopt, "it is missing: use " + std::to_string(recorded) + " had been recorded");
  so_far.done = true;
  return so_far;
}

access_head consent_store::access_head() const {
  using result = std::variant<store::access_head, failure>;
  const auto head =
      implementation_->writer->with_ledger<result>([](const ledger& l) { return result(l.access_head()); });
  return std::holds_alternative<failure>(head) ? store::access_head() : std::get<store::access_head>(head);
}

ledger_head consent_store::head() const {
  const auto head = implementation_->writer->with_ledger<std::variant<ledger_head, failure>>(
      [](const ledger& l) { return std::variant<ledger_head, failure>(l.head()); });
  return std::holds_alternative<ledger_head>(head) ? std::get<ledger_head>(head) : ledger_head{};
}

namespace {

// A folder that others keep beside the store, and go on writing: readable by the owner alone.
std::optional<failure> copy_beside(const std::filesystem::path& from, const std::filesystem::path& to) {
  namespace fs = std::filesystem;
  std::error_code ec;
  if (!fs::exists(from, ec)) return std::nullopt;
  fs::create_directories(to, ec);
  for (const fs::directory_entry& file : fs::directory_iterator(from, ec)) {
    const fs::path copy = to / file.path().filename();
    if (fs::copy_file(file.path(), copy, ec)) fs::permissions(copy, fs::perms::owner_read | fs::perms::owner_write, ec);
    const bool removed = ec == std::errc::no_such_file_or_directory;  // too old for anything meanwhile
    if (ec && !removed) break;
    ec.clear();
  }
  if (ec) return failure{"the folder " + from.string() + " cannot be copied: " + ec.message()};
  return std::nullopt;
}

}  // namespace

std::optional<failure> consent_store::backup(const std::filesystem::path& folder) const {
  std::error_code ec;
  if (std::filesystem::exists(folder, ec) && !std::filesystem::is_empty(folder, ec))
    return failure{"the folder " + folder.string() + " is not empty: a copy needs one of its own"};
  std::filesystem::create_directories(folder, ec);
  if (ec) return failure{"the folder " + folder.string() + " cannot be made: " + ec.message()};
  auto why =
      implementation_->writer->with_ledger<std::optional<failure>>([&](const ledger& l) { return l.copy_to(folder); });
  if (why) return why;
  for (const char* secret : {"numbers.key", "ledger.key"}) {
    const std::filesystem::path from = implementation_->path / secret;
    if (!std::filesystem::exists(from, ec)) continue;
    std::filesystem::copy_file(from, folder / secret, ec);
    if (!ec)
      std::filesystem::permissions(folder / secret,
                                   std::filesystem::perms::owner_read | std::filesystem::perms::owner_write, ec);
    if (ec) return failure{"the file " + from.string() + " cannot be copied: " + ec.message()};
  }
  return copy_beside(implementation_->path / "frequency", folder / "frequency");
}

text_id consent_store::journal_text(std::string_view text) {
  return implementation_->journal->texts.intern(text);
}

void consent_store::journal(journal_batch lines) {
  bool wake = false;
  implementation_->journal->add(std::move(lines), wake);
  if (wake) implementation_->writer->wake();
}

void consent_store::journal(journal_columns& lines) {
  if (lines.size() == 0) return;
  if (!lines.full()) {
    journal_batch few;
    lines.append_to(few);
    lines.clear();
    return journal(std::move(few));
  }
  bool wake = false;
  lines = implementation_->journal->add(std::move(lines), wake);
  if (wake) implementation_->writer->wake();
}

void consent_store::flush_journal(std::function<void()> done) {
  implementation_->journal->flush(std::move(done));
  implementation_->writer->wake();
}

void consent_store::keep_journal_for(std::chrono::seconds retention) {
  implementation_->journal->keep_for(retention);
  implementation_->writer->wake();
}

std::optional<failure> consent_store::scan_journal(const journal_query& q,
                                                   const std::function<bool(const journal_entry&)>& visit) const {
  const auto place = scan_journal(q, {}, SIZE_MAX, visit);
  const auto* why = std::get_if<failure>(&place);
  return why == nullptr ? std::nullopt : std::optional(*why);
}

// A person who was erased is found under the hash that stands for the number.
std::variant<journal_place, failure> consent_store::scan_journal(
    const journal_query& q, journal_place place, std::size_t most_blocks,
    const std::function<bool(const journal_entry&)>& visit) const {
  using result = std::variant<journal_place, failure>;
  journal_query as_kept = q;
  if (q.who) as_kept.who = kept_as(*q.who);
  return implementation_->writer->with_ledger<result>(
      [&](const ledger& l) { return search_journal(l, as_kept, place, most_blocks, visit); });
}

void consent_store::record_access(access_use u, std::function<void(std::optional<failure>)> done) {
  if (u.about) u.about = implementation_->subjects.keys()->access_hash(*u.about);
  if (implementation_->writer->failed()) return done(failure{implementation_->writer->condition()});
  implementation_->access->add(std::move(u), std::move(done));
  implementation_->writer->wake();
}

std::optional<failure> consent_store::record_access_and_wait(access_use u) {
  std::promise<std::optional<failure>> promise;
  record_access(std::move(u), [&](std::optional<failure> why) { promise.set_value(std::move(why)); });
  return promise.get_future().get();
}

std::variant<std::optional<instant>, failure> consent_store::scan_access(
    const access_query& q, std::size_t most, const std::function<bool(const access_record&)>& visit) const {
  std::optional<number> about;
  if (q.about) about = implementation_->subjects.keys()->access_hash(*q.about);
  std::optional<instant> rest;
  const auto look = [&](const access_record& r) {
    if (q.to && r.at > *q.to) return false;
    if (most-- == 0) {
      rest = r.at;
      return false;
    }
    const bool wanted = (!about || r.what.about == about) && (!q.actor || r.what.actor == *q.actor);
    return !wanted || visit(r);
  };
  auto why = implementation_->writer->with_ledger<std::optional<failure>>(
      [&](const ledger& l) { return l.scan_access(q.from.value_or(instant{}), look); });
  if (why) return std::move(*why);
  return rest;
}

statistics consent_store::stats() const {
  return {implementation_->index.numbers(), implementation_->writer->last_sequence(), implementation_->index.octets(),
          implementation_->journal->dropped()};
}

std::string consent_store::condition() const {
  if (implementation_->writer->failed()) return implementation_->writer->condition();
  if (!available(now()))
    return "the clock is implausible: it shows " + to_string(now()) + ", events are recorded up to " +
           to_string(implementation_->writer->newest_recorded());
  return {};
}

}  // namespace store
