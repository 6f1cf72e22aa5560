#!/bin/sh
# Builds the binary whose SQLite forgets what was not synced, and runs the torture: tests/torture/run.sh [--short] [...].
#   --short   a few kills in each combination, about a minute and a half; other options are those of run.mjs
# CHATHUB_BIN names the server (default build/chathub).
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
build=$root/build/torture
if [ ! -f "$build/build.ninja" ]; then
    mkdir -p "$root/build"
    meson setup "$build" "$root" -Dbuildtype=debugoptimized -Dtorture=true -Dtests=false >"$build.log" 2>&1 ||
        { tail -n 20 "$build.log" >&2; exit 1; }
fi
ninja -C "$build" src/app/chathub >"$build.log" 2>&1 || { tail -n 50 "$build.log" >&2; exit 1; }
export CHATHUB_BIN="${CHATHUB_BIN:-$root/build/chathub}" CHATHUB_TORTURE_BIN="$build/src/app/chathub"
if [ "${1:-}" = --short ]; then
    shift
    set -- --kills 5 --seconds 15 "$@"
fi
exec node "$root/tests/torture/run.mjs" "$@"
