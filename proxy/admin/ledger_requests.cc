#include "proxy/admin/ledger_requests.h"

#include "proxy/admin/json_body.h"
#include "proxy/admin/problem.h"

namespace proxy {

answer refusal(const refused_act& why) {
  return why.status == 503 ? unavailable(why.message) : problem(why.status, why.message);
}

answer not_stored(const store::failure& why) {
  return unavailable("nothing is on disk: " + why.message);
}

void send_now(const reply& send, answer a) {
  send([a = std::move(a)]() mutable { return std::move(a); });
}

std::function<void(const request&, reply)> with_members(const services& s,
                                                        std::initializer_list<std::string_view> names,
                                                        use_members use) {
  return [&s, names = std::vector<std::string_view>(names), use = std::move(use)](const request& r, const reply& send) {
    const auto l = load(s);
    if (!l) return send_now(send, not_loaded(s));
    auto members = read_members(r, names);
    if (auto* wrong = std::get_if<answer>(&members)) return send_now(send, std::move(*wrong));
    use(*l, r, std::get<boost::json::object>(members), send);
  };
}

void record(const loaded& l, store::event e, const reply& send,
            std::function<answer(const store::event&, const store::recorded&)> view) {
  const store::event copy = e;
  std::vector<store::event> events;
  events.push_back(std::move(e));
  l.store->record(std::move(events), [send, copy, view = std::move(view)](const store::outcome& o) {
    send([o, copy, view] {
      if (const auto* why = std::get_if<store::failure>(&o)) return not_stored(*why);
      return view(copy, std::get<std::vector<store::recorded>>(o).front());
    });
  });
}

}  // namespace proxy
