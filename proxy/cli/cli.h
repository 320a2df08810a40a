// The one binary: its commands, options and exit codes (0 done, 1 failed, 2 wrong usage, 3 partly done).
#pragma once

namespace proxy {

int run(int argc, char** argv);

}  // namespace proxy
