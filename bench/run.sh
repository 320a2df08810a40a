#!/bin/sh
# Builds what users run and measures it beside HAProxy. Arguments go to side_by_side.py.
set -eu
cd "$(dirname "$0")/.."
cmake --preset release >/dev/null
cmake --build --preset release --target consentgate load_generator smsc_sink
exec python3 bench/side_by_side.py "$@"
