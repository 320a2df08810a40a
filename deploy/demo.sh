#!/usr/bin/env bash
# Installs, builds, and shows what the gate does to real messages: an SMSC simulator behind it, a sender in front. Ends by itself;
# --keep leaves it running and says how to point a bind at it.
set -euo pipefail
cd "$(dirname "$0")/.."
case "${1:-}" in
  '' | --keep) ;;
  *) echo "usage: deploy/demo.sh [--keep]" >&2; exit 2 ;;
esac

deploy/install-packages.sh build demo
echo "building (the first time takes a few minutes) ..." >&2
log=$(mktemp)
if ! { cmake --preset release -DCONSENTGATE_TESTS=OFF -DCONSENTGATE_BENCH=OFF -B build/demo && cmake --build build/demo; } >"$log" 2>&1; then
  tail -n 30 "$log" >&2
  echo "the build failed; the whole output is in $log" >&2
  exit 1
fi
rm -f "$log"
exec /usr/bin/python3 deploy/demo/demo.py build/demo/bin/consentgate "$@"
