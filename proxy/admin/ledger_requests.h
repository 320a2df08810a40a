// What the resources have in common that change the ledger.
#pragma once

#include <boost/json/object.hpp>
#include <functional>
#include <initializer_list>
#include <string_view>

#include "proxy/admin/acts.h"
#include "proxy/admin/router.h"
#include "proxy/admin/services.h"

namespace proxy {

answer refusal(const refused_act& why);
answer not_stored(const store::failure& why);
void send_now(const reply& send, answer a);

// What a request about the ledger comes with; `use` answers it, perhaps later.
using use_members = std::function<void(const loaded&, const request&, const boost::json::object&, const reply&)>;
std::function<void(const request&, reply)> with_members(const services& s,
                                                        std::initializer_list<std::string_view> names, use_members use);

// Records one event and answers with what `view` makes of it.
void record(const loaded& l, store::event e, const reply& send,
            std::function<answer(const store::event&, const store::recorded&)> view);

}  // namespace proxy
