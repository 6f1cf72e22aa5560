#!/usr/bin/env python3
"""twins.py NAME IN OUT: the source of a twin: one of the product's with a fault put in. Each place must be there
exactly once, so that a twin cannot become the product again without anybody noticing."""
import pathlib
import sys

TWINS = {
    # What was paid is not compared with what was to be paid.
    "amount": [
        ("    if (!n->no_amount && !money_equal(n->amount, order->amount)) return PAYMENT_AMOUNT;\n", ""),
    ],
    # What follows of a notification is done before it is stored under its id, and so also when that is refused.
    "unstored": [
        ("    switch (inbound_store(req->tx, d)) {\n    case STORED_NEW: return d->sender->at_once ? act_now(req, d)",
         "    struct buf outcome;\n    char text[DELIVERY_OUTCOME_MAX + 1];\n"
         "    buf_fixed(&outcome, text, sizeof text);\n"
         "    if (d->sender->act(d, NULL, req->tx, &outcome) == JOB_FAULT) return reply_fault(req);\n"
         "    switch (inbound_store(req->tx, d)) {\n    case STORED_NEW: return d->sender->at_once ? act_now(req, d)"),
    ],
    # Each try of a refund has another number, so the provider cannot know that it is the same.
    "no_key": [
        ("    s->provider->refund(c);\n",
         "    char number[ORDER_NUMBER_SIZE];\n    order_number(number);\n"
         "    if (s->refund.tries > 0 || job->attempt > 1) c->refund = str_of(arena_text(job->arena, number));\n"
         "    s->provider->refund(c);\n"),
        ("    if (s->asks_first) {\n", "    if (s->asks_first && s->refund.outside[0]) {\n"),
    ],
}


def main():
    name, source, out = sys.argv[1:]
    text = pathlib.Path(source).read_text(encoding="utf-8")
    for old, new in TWINS[name]:
        if text.count(old) != 1:
            sys.exit(f"{source}: {text.count(old)} times, not once: {old}")
        text = text.replace(old, new)
    pathlib.Path(out).write_text(text, encoding="utf-8")


main()
