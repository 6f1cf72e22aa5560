#!/usr/bin/env python3
"""Every known defect of the replaced systems has a test named after it: a C test or an HTTP test whose name begins
with dNN (d01, d58), or with aNN for those of the older system whose numbers the newer one uses for others (a33 to
a47). A defect without one is a failure here, so that a test cannot be deleted quietly.

Not here is what this program has no part for: a44, a second call of a language model for each reply.

The last line is "N passed, N failed"."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
DEFECTS = {
    "d01": "two parallel debits both pass", "d02": "a failed enable is not refunded",
    "d03": "a failed enable can never be repeated",
    "d04": "a step after the charge always fails, after charging", "d05": "anyone may grant credits",
    "d06": "the ledger is incomplete", "d07": "registering takes over an account",
    "d08": "mail and password routes do not work", "d16": "accepted and charged, never processed",
    "d18": "secrets in the repository, defaults that start in production", "d19": "a token in a URL",
    "d20": "the store signs admin tokens itself", "d21": "secrets in clear, never rotated",
    "d22": "admin addresses open to all", "d23": "sign-in links consumed by a GET, no limit per address",
    "d24": "stored script in pages, no CSP, no CSRF, login tells who exists",
    "d25": "expiry is never saved or enforced",
    "d26": "a Chinese name gives an empty slug", "d27": "a deleted shop's chat goes on answering",
    "d28": "a purge leaves an orphan and no trace", "d30": "the chat believes the ids that a browser names",
    "d31": "a synchronisation that does nothing answers success",
    "d32": "stores are asked at addresses they do not have, one store for all",
    "d33": "the widget calls routes that do not exist, and no page may show it",
    "d36": "deliveries verified over other bytes, without a time, acknowledged and lost",
    "d37": "authors mixed up, numbers invented", "d38": "pages and servers of a shop ask where nobody answers",
    "d39": "what a model made up reaches customers",
    "a33": "the last words of a burst are lost", "a34": "after a restart the assistant talks over people",
    "a35": "a person is taken for the assistant", "a36": "the assistant goes on after its own hand-off; notes stop it",
    "a37": "what was said while a line was down is never caught up", "a38": "certificates are not judged",
    "a39": "an answer is sent over what was said meanwhile", "a40": "replies lost or sent twice over a crash",
    "a41": "threads without a limit, one merchant's work before everybody's",
    "a42": "words of customers and shops are obeyed",
    "a43": "the assistant passes for a person", "a45": "what people say stands in logs",
    "a46": "two assistants answer each other without end", "a47": "changes of the status are not heard",
    "d58": "stored script in the operator's pages", "d59": "no CSRF, GET changes state, no limits",
    "d60": "session not renewed, disabled users accepted, weak hashes",
    "d64": "no transactions, no constraints, mass assignment",
}
PATTERNS = [
    (ROOT / "src", "test_*.c", re.compile(r"(?:TEST_EACH_ENGINE\(|void )(([ad]\d\d)_\w+)\b")),
    (ROOT / "tests", "*.mjs", re.compile(r"(?:test\(\s*|[\[,:]\s*)['`\"](([ad]\d\d) [^'`\"]+)")),
]


def main():
    found = {}
    for folder, glob, pattern in PATTERNS:
        for path in sorted(folder.rglob(glob)):
            if "node_modules" in path.parts:
                continue
            for name, number in pattern.findall(path.read_text(encoding="utf-8")):
                found.setdefault(number, []).append(f"{path.relative_to(ROOT)}: {name}")
    bad = 0
    for number, what in DEFECTS.items():
        tests = found.get(number)
        bad += not tests
        print(f"{number} {what}: " + ("; ".join(tests) if tests else "NO TEST IS NAMED AFTER IT"))
    print(f"{len(DEFECTS) - bad} passed, {bad} failed")
    return 1 if bad else 0


sys.exit(main())
