#!/usr/bin/env bash
# Installs the packages of the named groups of packages.txt that are missing. Usage: install-packages.sh GROUP...
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
[ $# -gt 0 ] || { echo "usage: install-packages.sh GROUP...   (groups: build package demo test bench compare tools)" >&2; exit 2; }

missing=()
for group in "$@"; do
  found=0
  while read -r of package unless; do
    [ "$of" = "$group" ] || continue
    found=1
    if [ -n "$unless" ] && command -v "$unless" >/dev/null; then continue; fi
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done < <(sed 's/#.*//' "$here/packages.txt")
  [ "$found" = 1 ] || { echo "install-packages.sh: no group '$group' in packages.txt" >&2; exit 2; }
done
[ ${#missing[@]} -gt 0 ] || exit 0

sudo=
if [ "$(id -u)" != 0 ]; then
  command -v sudo >/dev/null || { echo "install-packages.sh: as root, or with sudo, please install: ${missing[*]}" >&2; exit 1; }
  sudo=sudo
fi
echo "installing ${#missing[@]} Debian packages: ${missing[*]}" >&2
$sudo apt-get update -qq
# Services that packages start on installation (Kannel, HAProxy) are not wanted: the tests start their own.
$sudo env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
