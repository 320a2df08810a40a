// A dossier as one HTML page that needs nothing else: to be read, printed and kept.
#pragma once

#include <string>

#include "proxy/report/dossier.h"
#include "proxy/report/texts.h"

namespace proxy {

std::string to_html(const dossier& d, const texts& t);

}  // namespace proxy
