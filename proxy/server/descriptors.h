// How many connections the file descriptors allow.
#pragma once

#include <cstddef>

namespace proxy {

// Raises the soft limit to the hard one, and returns how many senders' connections fit: each may need two descriptors,
// and the store, the admin API and the gate's own listeners need theirs whatever senders do.
std::size_t connections_that_fit();

// The part of it that can be told without asking the system: `limit` is RLIMIT_NOFILE.
std::size_t connections_within(std::size_t limit);

}  // namespace proxy
