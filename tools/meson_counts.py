#!/usr/bin/env python3
"""Sums what the cmocka programs of one `meson test` run counted, from meson's log of it.

usage: meson_counts.py BUILD/meson-logs/testlog.json

A program that did not end well without naming a failed test (a crash, a sanitizer's finding, a time-out) is one
failure; its output is shown. The last line is "N passed, N failed"."""
import json
import re
import sys

PASSED = re.compile(r"^\[  PASSED  \] (\d+) test", re.M)
FAILED = re.compile(r"^\[  FAILED  \] (?:\S+: )?(\d+) test", re.M)
SHOWN_LINES = 40


def main():
    passed = failed = 0
    with open(sys.argv[1], encoding="utf-8") as log:
        runs = [json.loads(line) for line in log if line.strip()]
    for run in runs:
        text = (run.get("stdout") or "") + (run.get("stderr") or "")
        good = sum(int(n) for n in PASSED.findall(text))
        bad = sum(int(n) for n in FAILED.findall(text))
        if run["result"] not in ("OK", "EXPECTEDFAIL"):
            bad = max(bad, 1)
            print(f"--- {run['name']}: {run['result']}")
            print("\n".join(text.splitlines()[-SHOWN_LINES:]))
        elif good == 0:
            bad = max(bad, 1)
            print(f"--- {run['name']}: ran no test")
        passed += good
        failed += bad
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed or not runs else 0)


main()
