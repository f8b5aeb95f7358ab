#!/bin/sh
# get-prometheus-cpp.sh PREFIX
#
# Builds a static prometheus-cpp (its core, which is all that is used) into PREFIX from the distribution's own source package: the
# binary packages have a shared library only. For the release tarball; scripts/package calls it.
set -eu

if [ $# -ne 1 ] || [ -z "$1" ]; then echo "usage: get-prometheus-cpp.sh PREFIX" >&2; exit 2; fi
case $1 in /*) PREFIX=$1 ;; *) PREFIX=$PWD/$1 ;; esac
if [ -f "$PREFIX/lib/libprometheus-cpp-core.a" ]; then exit 0; fi

T=$(mktemp -d "${TMPDIR:-/tmp}/get-prometheus-cpp.XXXXXX")
trap 'rm -rf "$T"' EXIT
trap 'exit 130' INT TERM
"$(dirname "$0")/get-source.sh" prometheus-cpp "$T/src" >/dev/null
cmake -S "$T/src/prometheus-cpp" -B "$T/build" -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX="$PREFIX" \
  -DCMAKE_INSTALL_LIBDIR=lib -DBUILD_SHARED_LIBS=OFF -DENABLE_PULL=OFF -DENABLE_PUSH=OFF -DENABLE_COMPRESSION=OFF \
  -DENABLE_TESTING=OFF -DUSE_THIRDPARTY_LIBRARIES=OFF -DCMAKE_POSITION_INDEPENDENT_CODE=ON \
  -DCMAKE_CXX_FLAGS="-fstack-protector-strong -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -ffile-prefix-map=$T=." >"$T/log"
cmake --build "$T/build" --parallel 2 >>"$T/log" || { tail -n 20 "$T/log" >&2; exit 1; }
cmake --install "$T/build" >>"$T/log"
