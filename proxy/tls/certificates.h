// The certificates of a configuration.
#pragma once

#include <vector>

#include "proxy/tls/context.h"

namespace proxy {

// Reads the files that the configuration names into its TLS contexts. Returns what is wrong with them; what is doubtful
// joins c.warnings.
std::vector<config_error> load_certificates(config& c);

// The files of the contexts, each once.
std::vector<dated_file> certificate_files(const config& c);

}  // namespace proxy
