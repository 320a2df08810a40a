// An answer of NDJSON that is made while it is sent.
#pragma once

#include "proxy/admin/http.h"

namespace proxy {

// None: an empty answer. The first piece is made before the status line, so that a store that cannot be read is a 503
// and not an answer cut short.
answer streamed_lines(body_stream lines);

}  // namespace proxy
