// `consentgate serve`: the listeners, the sessions' sockets, the signals, and the admin API beside them.
#pragma once

#include <filesystem>

#include "proxy/config/config.h"

namespace proxy {

// Runs until SIGTERM or SIGINT, then drains. Returns the exit code. `file` is what SIGHUP reads again.
int serve(config c, const std::filesystem::path& file);

}  // namespace proxy
