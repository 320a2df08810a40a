#!/bin/sh
# What bench/run.sh --full compares with: consentgate_rocksdb, the Node gateway's packages and opensmppbox, all in build/compare. What
# cannot be had is left out, and its line in the table says so.
set -u
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
folder=$root/build/compare
cd "$root" && cmake --build --preset release --target consentgate_rocksdb || exit 1
mkdir -p "$folder" && cp "$here"/gateway.js "$here"/package.json "$here"/package-lock.json "$folder/" || exit 1
(cd "$folder" && { [ -d node_modules/ioredis ] || npm ci --no-audit --no-fund --silent; }) || echo "npm could not install the Node gateway's packages" >&2
[ -x "$folder/opensmppbox" ] || "$here/opensmppbox.sh" "$(cd "$folder" && pwd)" || echo "opensmppbox could not be built" >&2
