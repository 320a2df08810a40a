// The OpenAPI 3.1 description of this API: proxy/admin/openapi.json, compiled in.
#pragma once

#include <string_view>

namespace proxy {

std::string_view openapi_description();

}  // namespace proxy
