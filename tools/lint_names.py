"""lint_names: a name says where it lives. What a public header declares (src/FOLDER/*.h: functions, types, tables;
private.h is the folder's own affair, and so is a folder within it) begins with the name of its folder, or of a file of
its folder, in the singular or the plural: `credits_hold` is of credits/, `password_hash` of passwords.c. And it does
not begin with the name of another folder or of another folder's public header, unless a file of its own is called
so."""
import re

# Beginnings that are agreed on besides: words of the language that the whole tree is written in, and short forms.
AGREED = {
    "base": {
        "base64 base64url equal_constant_time hex hmac_sha256 keyring sealed sha1 sha256 unseal wipe": "crypto.h",
        "now_ms monotonic_ms monotonic_us time": "clock.h: times are numbers, and these are what is done with them",
        "credits currency": "money.h: an amount is called what people call it; the ledger of them is credits/",
        "buf html_escape percent text utf8": "str.h: texts, and what is done to them, for everybody",
        "email_read host_name": "unicode.h: addresses in their two spellings",
        "json": "json_read.h and json_write.h are one thing in two directions",
    },
    "storage": {
        "bind col row stmt tx": "db.h: the language of every statement",
        "conn op": "db_conn.h, db_lanes.h: a connection, and what is asked of a lane",
        "migration migrations": "migrate.h",
        "pg": "pg_wire.h: what the files about PostgreSQL share",
    },
    "outbound": {"outcome": "what every call ends with, for whoever made it"},
    "http": {
        "answer lang req verb who": "route.h: the language of every handler",
        "address network": "proxy.h: where a client is, for limits, sessions and the trail",
        "head": "reader.h: of a request",
    },
    "inbound": {"delivery": "what the folder is about; inbound is where it comes from"},
    "credits": {"debit": "what every change of credits answers"},
    "tenants": {"sso": "the tokens and roles of the panel's contract, which calls them so"},
    "knowledge": {
        "know": "what only knowledge/ calls; knowledge_ is for everybody",
        "cells": "readers.h: what csv_read.c reads, since csv_ is how lists are written (http/csv.h)",
    },
    "app": {"exit_code": "app.h: of the process"},
}
# A refusal is called problem_CODE by its code on the wire, wherever it is told.
EVERYWHERE = {"problem"}
# Names that look like another folder's, and may.
LIKE_OTHERS = {"base": {"credits"}}

DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", re.M)


def forms(word):
    return {word, word + "s", word.removesuffix("s"), re.sub("ies$", "y", word)}


def begins(name, word):
    return name == word or name.startswith(word + "_")


def outermost(code):
    """The code without directives and without what stands in braces, line for line."""
    out, depth = [], 0
    for ch in DIRECTIVE.sub(lambda m: re.sub(r"[^\n]", " ", m.group(0)), code):
        depth -= ch == "}"
        out.append(ch if depth == 0 or ch == "\n" else " ")
        depth += ch == "{"
    return "".join(out)


def declared(code):
    """(offset, name) of all that a header declares."""
    flat = outermost(code)
    for m in re.finditer(r"\b(?:struct|enum|union) (\w+)\s*\{", flat):
        yield m.start(1), m.group(1)
    for m in re.finditer(r"[^;}]+", flat):
        text = re.sub(r"\b[A-Z][A-Z_]+\([^()]*\)|__attribute__\s*\(\(.*?\)\)",
                      lambda found: " " * len(found.group(0)), m.group(0), flags=re.S)
        if "{" in text and "(" not in text:
            continue                                            # a type; its name was told above
        first = re.search(r"\b[a-z]\w*\b(?=\()", text)
        # What one `extern` declares, or the one name behind the brace of a struct that is declared with it.
        several = re.finditer(r"\b([a-z]\w*)(?:\[[^\]]*\])*\s*(?=,|$)", text)
        for found in [first] if first else several:
            if not re.fullmatch(r"\s*(?:struct|enum) \w+\s*", text):
                yield m.start() + found.start(), found.group(0).split("[")[0].strip()


def rule_names(sources):
    product = [s for s in sources if not s.is_test and len(s.path.parts) == 3]
    public = [s for s in product if s.path.suffix == ".h" and s.path.name != "private.h"]
    files, owners, used = {}, {}, set()
    for s in product:
        if s.path.name != "private.h":
            files.setdefault(s.folder, set()).update(forms(s.path.stem))
        for word in forms(s.folder) | (forms(s.path.stem) if s in public else set()):
            owners.setdefault(word, set()).add(s.folder)
    for s in public:
        agreed = {word for words in AGREED.get(s.folder, {}) for word in words.split()}
        own = files[s.folder] | forms(s.folder) | EVERYWHERE
        for offset, name in sorted(set(declared(s.code))):
            used |= {(s.folder, word) for word in agreed if begins(name, word)}
            line = s.code.count("\n", 0, offset) + 1
            if not any(begins(name, word) for word in own | agreed):
                yield s.path, line, f"{name} begins with neither its folder's name nor a file's of it"
                continue
            # The longest name that it begins with is the one that a reader thinks of.
            word = max((w for w in owners | dict.fromkeys(own) if begins(name, w)), key=len, default="")
            if word in LIKE_OTHERS.get(s.folder, set()) or word in own or s.folder in owners.get(word, {s.folder}):
                continue
            yield s.path, line, f"{name} reads as if it were of {' or '.join(sorted(owners[word]))}/"
    for folder, groups in AGREED.items():
        for word in (w for words in groups for w in words.split()):
            if folder in {s.folder for s in public} and (folder, word) not in used:
                yield "tools/lint_names.py", 1, f"nothing of {folder}/ begins with {word}: take it from the list"
