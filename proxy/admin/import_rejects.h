// The refused rows of an import as a file to send back, made from the list of refusals while it is sent.
#pragma once

#include <filesystem>

#include "proxy/admin/http.h"
#include "store/rejects.h"

namespace proxy {

body_stream rejects_stream(const std::filesystem::path& refusals, const std::string& header);

}  // namespace proxy
