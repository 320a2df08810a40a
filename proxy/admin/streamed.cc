#include "proxy/admin/streamed.h"

#include "proxy/admin/problem.h"

namespace proxy {

answer streamed_lines(body_stream lines) {
  answer a;
  a.content_type = "application/x-ndjson";
  if (!lines) return a;
  auto first = lines();
  if (!first) return unavailable("the store cannot be read");
  a.body = std::move(first->octets);
  if (!first->last) a.rest = std::move(lines);
  return a;
}

}  // namespace proxy
