#!/usr/bin/env python3
"""Makes one C text of common_passwords.txt (sorted by bytes, a line each).  usage: embed_passwords.py IN OUT.c

One text and no table of pointers: a position-independent program would have to relocate each pointer at start."""
import pathlib
import sys

lines = pathlib.Path(sys.argv[1]).read_bytes().splitlines()
if lines != sorted(set(lines)) or len(lines) < 3000:
    sys.exit("the list must be sorted by bytes, without doubles, and hold at least 3000 lines")
text = ['#include "accounts/private.h"', "", "const char common_passwords[] ="]
for line in lines:
    if not line.decode("ascii").isprintable() or line != line.lower():
        sys.exit(f"not plain lower-case ASCII: {line!r}")
    word = line.decode().replace("\\", "\\\\").replace('"', '\\"').replace("?", "\\?")
    text.append(f'    "{word}\\n"')
text += ["    ;", "const size_t common_passwords_size = sizeof common_passwords - 1;", ""]
pathlib.Path(sys.argv[2]).write_text("\n".join(text))
