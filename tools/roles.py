#!/usr/bin/env python3
"""roles: the roles and scopes of docs/security/roles.md are those that the API description names, no more and no less.

usage: roles.py OPENAPI.JSON"""
import json
import pathlib
import re
import sys

PAGE = pathlib.Path(__file__).resolve().parent.parent / "docs/security/roles.md"


def told(heading):
    """The names in the first column of the table below this heading."""
    section = PAGE.read_text(encoding="utf-8").partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return set(re.findall(r"^\| `([\w.]+)` \|", section, re.M))


def main():
    with open(sys.argv[1], encoding="utf-8") as f:
        paths = json.load(f)["paths"].values()
    operations = [op for path in paths for op in path.values() if isinstance(op, dict)]
    roles = {role for op in operations for role in op.get("x-roles", [])}
    scopes = {op["x-key-scope"] for op in operations if "x-key-scope" in op}
    bad = 0
    for what, named, written in (("role", roles, told("Roles")), ("scope", scopes, told("Scopes of a service key"))):
        for name in sorted(named ^ written):
            bad += 1
            print(f"{what} {name}: " + ("not on the page" if name in named else "in no operation"))
        if not named:
            bad += 1
            print(f"no {what} is named")
    return 1 if bad else 0


sys.exit(main())
