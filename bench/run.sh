#!/bin/sh
# Installs what is missing, builds what users run, and measures it: the whole table. Arguments go to table.py (--help tells them).
# --full adds what people would otherwise use beside it. Exit code 0: all right and every target met; 3: a target missed; 1: something is wrong.
set -eu
cd "$(dirname "$0")/.."
case " $* " in *" --full "*|*" compare "*) full=1 ;; *) full= ;; esac
deploy/install-packages.sh build bench ${full:+compare}
cmake --preset release >/dev/null
cmake --build --preset release --target consentgate load_generator smsc_sink index_scale micro
[ -z "$full" ] || bench/compare/prepare.sh
exec python3 bench/table.py "$@"
