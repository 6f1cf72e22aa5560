#!/usr/bin/env bash
# The API description that the binary prints: without a remark by Spectral, and the console's types made from it alone.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0
failed=0

# check NAME COMMAND...
check() {
    local name=$1
    shift
    if "$@"; then passed=$((passed + 1)) && echo "ok $name"; else failed=$((failed + 1)) && echo "FAILED $name"; fi
}

is_json() { python3 -c 'import json, sys; json.load(open(sys.argv[1], encoding="utf-8"))' "$1"; }
printed() { CHATHUB_DATA_DIR="$work/data" "${CHATHUB_BIN:?}" openapi >"$1"; }
same_each_time() { printed "$work/again.json" && cmp "$work/openapi.json" "$work/again.json"; }
spectral() {
    (cd "$here" && npx --no-install spectral lint --ruleset .spectral.yaml --fail-severity hint "$work/openapi.json")
}
types_are_its_own() {
    cd "$root/web" || return 1
    npx --no-install openapi-typescript "$work/openapi.json" --output "$work/api.gen.ts" >/dev/null || return 1
    diff -u "$root/web/shared/api.gen.ts" "$work/api.gen.ts" >"$work/diff" && return
    head -n 40 "$work/diff"
    return 1
}

check "the binary prints it" printed "$work/openapi.json"
check "it is JSON" is_json "$work/openapi.json"
check "the same build prints the same bytes" same_each_time
check "spectral:oas has no remark" spectral
check "docs/security/roles.md has its roles and scopes" python3 "$root/tools/roles.py" "$work/openapi.json"
check "web/shared/api.gen.ts is what ./dev gen makes" types_are_its_own
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
