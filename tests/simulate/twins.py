#!/usr/bin/env python3
"""twins.py NAME IN OUT: a source of a twin: one of src/chat with a fault put in. Each place must be there exactly once,
so that a twin cannot become the product again without anybody noticing."""
import pathlib
import sys

INCLUDE = ('#include "base/clock.h"\n', '#include "base/clock.h"\n#include "tests/simulate/twin.h"\n')
TWINS = {
    # Whether the assistant may still speak is not asked in the transaction that writes (work.c asks before it).
    "looks_first": {"messages.c": [
        ('#define BOT_SPEAKS " AND c.owner = 1 AND c.status = 1 AND c.epoch = ?8"',
         '#define BOT_SPEAKS " AND CAST(?8 AS BIGINT) > 0"'),
    ], "answer_job.c": [
        ("    if (c.last_number != d->last_number) return JOB_FINISHED;", "   "),
    ]},
    # What was stored is remembered by the process that stored it, not by the row.
    "in_memory": {"messages.c": [
        INCLUDE,
        ("    const char *key = client_key(tx, in);\n",
         "    const char *known = client_key(tx, in), *key = NULL;\n"),
        ("    *c = before;\n    if (is_late(",
         "    *c = before;\n    if (twin_remembers(in, known, out)) return MESSAGE_AGAIN;\n    if (is_late("),
        ("    count_word(in, out, c);\n", "    count_word(in, out, c);\n    twin_notes(known, out);\n"),
    ]},
    # What the assistant was given counts as seen, also when its turn came to nothing.
    "empty_turn": {"messages.c": [
        INCLUDE,
        ("    if (!read_page(tx, &before_it, conversation, before, most, out, count)) return false;\n",
         "    if (!read_page(tx, &before_it, conversation, before, most, out, count)) return false;\n"
         "    twin_cursor(conversation, out, count);\n"),
    ]},
    # A mail that comes again by another way is another mail.
    "mail_twice": {"mail_in.c": [
        ('.client_id = arena_printf(a, "%s-%zu", t->mail->id, *pieces),',
         '.client_id = arena_printf(a, "%s-%zu-%lld", t->mail->id, *pieces, (long long)t->now_ms),'),
    ]},
    # Whoever is erased is still in the events of the team's pages.
    "still_told": {"erase.c": [
        ('if (!events_blank(tx, talk, "") || !events_blank(tx, inbox, begins)) return false;',
         'if (!events_blank(tx, talk, "") || begins == NULL) return false;'),
    ]},
}


def main():
    name, source, out = sys.argv[1:]
    text = pathlib.Path(source).read_text(encoding="utf-8")
    for old, new in TWINS[name][pathlib.Path(source).name]:
        if text.count(old) != 1:
            sys.exit(f"{source}: {text.count(old)} times, not once: {old}")
        text = text.replace(old, new)
    pathlib.Path(out).write_text(text, encoding="utf-8")


main()
