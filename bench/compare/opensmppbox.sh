#!/bin/sh
# Builds Kannel's opensmppbox, which Debian does not have, from its source: opensmppbox.sh FOLDER [SOURCE]. SOURCE is a work tree of
# https://github.com/pruiz/kannel-opensmppbox (78b9859), which is cloned otherwise. Two lines are made to fit Kannel 1.4.5.
set -eu
folder=$1 source=${2:-$1/opensmppbox-source}
mkdir -p "$folder"
if [ ! -d "$source" ]; then
  git clone -q https://github.com/pruiz/kannel-opensmppbox "$source"
  git -C "$source" checkout -q 78b9859
fi
mkdir -p "$folder/opensmppbox-build/gw"
cp "$source"/gw/opensmppbox-cfg.def "$folder/opensmppbox-build/gw/"
: >"$folder/opensmppbox-build/sb-config.h"
sed 's/dlr_add(box->boxc_id, msgid, msg2)/dlr_add(box->boxc_id, msgid, msg2, 0)/; s/^#undef GW_VERSION$/#undef GW_VERSION\n#define GW_VERSION "1"/' \
  "$source/gw/opensmppbox.c" >"$folder/opensmppbox-build/gw/opensmppbox.c"
# gw-config names libraries that Debian 12 has no more; what they gave is in others.
libraries=$(gw-config --libs | sed 's/-lmysqlclient_r//; s/-lnsl//; s/-lpam//; s/-lpcreposix//g')
cd "$folder/opensmppbox-build/gw"
# shellcheck disable=SC2086,SC2046
gcc -w opensmppbox.c -o "$folder/opensmppbox" $(gw-config --cflags) $libraries -lpam -lpcreposix
