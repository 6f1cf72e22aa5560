#!/usr/bin/env python3
"""asvs: docs/security/asvs.md says of each requirement of ASVS 5.0, levels 1 and 2, whether it is met; this holds it to
that: every number once, a state, for what is met a test that exists, for what is open what it closes with, and the sums
at its head.

A test is `FILE` or `FILE:WORDS`, where the words stand in the file: the name of a C test, the beginning of a
sentence of tests/http. Prints "N passed, N failed"."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TABLE = ROOT / "docs/security/asvs.md"
STATES = {"met", "not applicable", "open"}
# Section: its requirements of levels 1 and 2.
NUMBERS = """
1.1: 1 2; 1.2: 1 2 3 4 5 6 7 8 9; 1.3: 1 2 3 4 5 6 7 8 9 10 11; 1.4: 1 2 3; 1.5: 1 2; 2.1: 1 2 3; 2.2: 1 2 3;
2.3: 1 2 3 4; 2.4: 1; 3.2: 1 2; 3.3: 1 2 3 4; 3.4: 1 2 3 4 5 6; 3.5: 1 2 3 4 5; 3.7: 1 2; 4.1: 1 2 3; 4.2: 1;
4.3: 1 2; 4.4: 1 2 3 4; 5.1: 1; 5.2: 1 2 3; 5.3: 1 2; 5.4: 1 2 3; 6.1: 1 2 3; 6.2: 1 2 3 4 5 6 7 8 9 10 11 12;
6.3: 1 2 3 4; 6.4: 1 2 3 4; 6.5: 1 2 3 4 5; 6.6: 1 2 3; 6.8: 1 2 3 4; 7.1: 1 2 3; 7.2: 1 2 3 4; 7.3: 1 2; 7.4:
1 2 3 4 5; 7.5: 1 2; 7.6: 1 2; 8.1: 1 2; 8.2: 1 2 3; 8.3: 1; 8.4: 1; 9.1: 1 2 3; 9.2: 1 2 3 4; 10.1: 1 2;
10.2: 1 2; 10.3: 1 2 3 4; 10.4: 1 2 3 4 5 6 7 8 9 10 11; 10.5: 1 2 3 4 5; 10.6: 1 2; 10.7: 1 2 3; 11.1: 1 2;
11.2: 1 2 3; 11.3: 1 2 3; 11.4: 1 2 3 4; 11.5: 1; 11.6: 1; 12.1: 1 2 3; 12.2: 1 2; 12.3: 1 2 3 4; 13.1: 1;
13.2: 1 2 3 4 5; 13.3: 1 2; 13.4: 1 2 3 4 5; 14.1: 1 2; 14.2: 1 2 3 4; 14.3: 1 2 3; 15.1: 1 2 3; 15.2: 1 2 3;
15.3: 1 2 3 4 5 6 7; 16.1: 1; 16.2: 1 2 3 4 5; 16.3: 1 2 3 4; 16.4: 1 2 3; 16.5: 1 2 3; 17.1: 1; 17.2: 1 2 3
4; 17.3: 1 2
"""


def expected():
    for part in NUMBERS.replace("\n", " ").split(";"):
        section, ids = part.strip().split(":")
        for one in ids.split():
            yield f"{section}.{one}"


def rows():
    for line in TABLE.read_text(encoding="utf-8").split("\n"):
        cells = [c.strip() for c in line.strip().strip("|").split("|")]
        if re.fullmatch(r"\d+\.\d+\.\d+", cells[0]):
            yield cells


def missing_test(cell):
    """What is wrong with the tests of a row; None: nothing."""
    tests = re.findall(r"`([^`]+)`", cell)
    if not tests:
        return "names no test"
    for test in tests:
        path, _, words = test.partition(":")
        if not (ROOT / path).is_file():
            return f"{path} does not exist"
        if words and words not in (ROOT / path).read_text(encoding="utf-8"):
            return f"{path} has no test {words}"
    return None


def fault_of(cells, seen):
    if len(cells) != 5:
        return f"has {len(cells)} cells"
    number, level, state, how, tests = cells
    if number in seen:
        return "stands there twice"
    if level not in ("1", "2") or state not in STATES or not how:
        return "lacks its level, state or how"
    if state == "open" and not re.search(r"Closes with: \w+", how):
        return "is open: say what it closes with"
    return missing_test(tests) if state == "met" else None


def fault_of_sums(states):
    """The sentence at the head of the table."""
    told = ", ".join(f"{states.count(state)} {state}" for state in ("met", "not applicable", "open"))
    return None if f"\n{told}.\n" in TABLE.read_text(encoding="utf-8") else f"the sums are: {told}"


def main():
    good, faults, seen, states = 0, [], set(), []
    for cells in rows():
        states += cells[2:3]
        fault = fault_of(cells, seen)
        seen.add(cells[0])
        if fault:
            faults.append(f"{cells[0]}: {fault}")
        else:
            good += 1
    faults += filter(None, [fault_of_sums(states)])
    wanted = set(expected())
    faults += [f"{n}: is missing" for n in sorted(wanted - seen)] + [f"{n}: is none" for n in sorted(seen - wanted)]
    print("\n".join(faults))
    print(f"{good} passed, {len(faults)} failed")
    return 1 if faults else 0


sys.exit(main())
