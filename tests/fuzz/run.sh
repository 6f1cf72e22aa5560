#!/bin/sh
# Fuzzes everything that reads bytes from strangers.
#
#   tests/fuzz/run.sh [[--seconds] SECONDS [TARGET...]]      60 seconds each, all targets
#
# Builds the targets with clang and the address and undefined-behaviour sanitizers into $FUZZ_BUILD (build/fuzz), runs
# each from its corpus in tests/fuzz/corpus/TARGET, and prints a line a target. A finding is printed with the path of
# the input that made it, kept in $FUZZ_BUILD/findings. New inputs go to $FUZZ_BUILD/corpus; MERGE=1 then folds those
# that reach new code into the tree's corpus. The last line is "N passed, N failed"; exit status 1 when one failed.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
build=${FUZZ_BUILD:-$root/build/fuzz}
[ "${1:-}" != --seconds ] || shift
seconds=${1:-60}
[ $# -eq 0 ] || shift
case $seconds in *[!0-9]* | '') echo "run.sh: seconds, not '$seconds'" >&2; exit 2 ;; esac
[ $# -gt 0 ] || set -- alipay bill chunked cookie file form http image install json jwt mail page path percent spans \
    stripe talk tokens webhook websocket wechat zip

if [ ! -f "$build/build.ninja" ]; then
    mkdir -p "$(dirname "$build")"
    CC=clang meson setup "$build" "$root" -Dfuzz=true -Dtests=false -Doptimization=1 -Ddebug=false \
        -Db_sanitize=address,undefined -Db_lundef=false \
        '-Dc_args=-fsanitize=fuzzer-no-link -gline-tables-only' >"$build.log" 2>&1 ||
        { cat "$build.log"; exit 2; }
fi
programs=''
for target; do programs="$programs tests/fuzz/fuzz_$target"; done
# shellcheck disable=SC2086
ninja -C "$build" $programs >"$build.log" 2>&1 || { tail -50 "$build.log"; exit 2; }

# More than this for one input is a finding: no reader here may take a second for a few kilobytes.
slow_s=5
passed=0 failed=0
for target; do
    found=$build/corpus/$target findings=$build/findings/$target seeds=$root/tests/fuzz/corpus/$target
    log=$build/$target.log
    mkdir -p "$found" "$findings"
    words=''
    [ ! -f "$root/tests/fuzz/$target.dict" ] || words=-dict=$root/tests/fuzz/$target.dict
    [ -d "$seeds" ] || { echo "run.sh: no corpus for $target" >&2; exit 2; }
    if UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 "$build/tests/fuzz/fuzz_$target" -max_total_time="$seconds" \
        -timeout=$slow_s -rss_limit_mb=1024 -max_len=20000 -print_final_stats=1 -artifact_prefix="$findings/" \
        ${words:+"$words"} "$found" "$seeds" >"$log" 2>&1; then
        passed=$((passed + 1))
        runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
        cover=$(sed -n 's/.* cov: \([0-9]*\) ft.*/\1/p' "$log" | tail -1)
        printf '%-10s ok      %s runs, %s places reached\n' "$target" "$runs" "$cover"
    else
        failed=$((failed + 1))
        printf '%-10s FAILED  inputs in %s\n' "$target" "$findings"
        grep -E -A12 'ERROR:|runtime error|SUMMARY' "$log" | tail -40 || true
    fi
    if [ "${MERGE:-}" = 1 ]; then
        "$build/tests/fuzz/fuzz_$target" -merge=1 -max_len=20000 "$seeds" "$found" >>"$log" 2>&1
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
