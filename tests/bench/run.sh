#!/bin/sh
# Builds the benchmark's program beside the release build and runs the benchmark: ./dev bench [--json] [...].
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
build=$root/build/bench
if [ ! -f "$build/build.ninja" ]; then
    mkdir -p "$root/build"
    meson setup "$build" "$root" -Doptimization=2 -Ddebug=false -Db_lto=true -Dtests=false -Dbench=true \
        >"$build.log" 2>&1 || { tail -n 20 "$build.log" >&2; exit 1; }
fi
ninja -C "$build" tests/bench/bench >"$build.log" 2>&1 || { tail -n 50 "$build.log" >&2; exit 1; }
exec node "$root/tests/bench/run.mjs" --chathub "$root/build/chathub" --bench "$build/tests/bench/bench" "$@"
