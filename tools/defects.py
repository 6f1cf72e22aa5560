#!/usr/bin/env python3
"""Every known defect of the replaced systems has a test named after it: a C test or an HTTP test whose name begins
with dNN (d01, d58). A defect without one is a failure here, so that a test cannot be deleted quietly.

The last line is "N passed, N failed"."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
DEFECTS = {
    1: "two parallel debits both pass", 2: "a failed enable is not refunded",
    3: "a failed enable can never be repeated",
    4: "a step after the charge always fails, after charging", 5: "anyone may grant credits",
    6: "the ledger is incomplete", 7: "registering takes over an account", 8: "mail and password routes do not work",
    16: "accepted and charged, never processed", 18: "secrets in the repository, defaults that start in production",
    19: "a token in a URL", 20: "the store signs admin tokens itself", 21: "secrets in clear, never rotated",
    22: "admin addresses open to all", 23: "sign-in links consumed by a GET, no limit per address",
    24: "stored script in pages, no CSP, no CSRF, login tells who exists", 25: "expiry is never saved or enforced",
    26: "a Chinese name gives an empty slug", 58: "stored script in the operator's pages",
    59: "no CSRF, GET changes state, no limits", 60: "session not renewed, disabled users accepted, weak hashes",
    64: "no transactions, no constraints, mass assignment",
}
PATTERNS = [
    (ROOT / "src", "test_*.c", re.compile(r"(?:TEST_EACH_ENGINE\(|void )(d(\d\d)_\w+)\b")),
    (ROOT / "tests", "*.mjs", re.compile(r"(?:test\(\s*|[\[,:]\s*)['`\"](d(\d\d) [^'`\"]+)")),
]


def main():
    found = {}
    for folder, glob, pattern in PATTERNS:
        for path in sorted(folder.rglob(glob)):
            if "node_modules" in path.parts:
                continue
            for name, number in pattern.findall(path.read_text(encoding="utf-8")):
                found.setdefault(int(number), []).append(f"{path.relative_to(ROOT)}: {name}")
    bad = 0
    for number, what in DEFECTS.items():
        tests = found.get(number)
        bad += not tests
        print(f"d{number:02} {what}: " + ("; ".join(tests) if tests else "NO TEST IS NAMED AFTER IT"))
    print(f"{len(DEFECTS) - bad} passed, {bad} failed")
    return 1 if bad else 0


sys.exit(main())
