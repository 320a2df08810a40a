#pragma once

#include <functional>

#include "proxy/server/gate.h"

namespace proxy {

// Hands what a person wrote to the store, whoever heard it. Once it is on disk, or cannot be, it is counted, r.then()
// is called, and then done(): on the store's own thread.
void keep(gate& g, reply r, std::function<void(bool on_disk)> done);

}  // namespace proxy
