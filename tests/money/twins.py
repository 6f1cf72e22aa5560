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
    # What a bill shows as paid is believed, and nobody asks the provider.
    "believed": [
        ("static bool ask(struct tx *tx, int64_t payment, int64_t account)\n{\n"
         "    const struct payment p = { .id = payment, .account = account };\n"
         "    return payment == 0 || payment_look_put(tx, &p) > 0;\n",
         "static bool ask(struct tx *tx, int64_t payment, int64_t now_ms)\n{\n"
         "    struct payment p;\n    struct buf outcome;\n    char text[DELIVERY_OUTCOME_MAX + 1];\n"
         "    if (payment == 0) return true;\n"
         "    if (payment_get(tx, payment, false, &p) != ROW_FOUND) return false;\n"
         "    const struct payment_notice n = { .about_order = true, .said = PAYMENT_SAYS_PAID, .no_amount = true,\n"
         "                                      .type = STR(\"bill\"), .order = str_of(p.number) };\n"
         "    const struct heard h = { .provider = provider_named(p.provider), .notice = &n, .how = \"bill\",\n"
         "                             .now_ms = now_ms };\n"
         "    buf_fixed(&outcome, text, sizeof text);\n    return billing_apply(tx, &h, &outcome);\n"),
        ("    return bill_differences_add(c->tx, of, c->now_ms) && ask(c->tx, of->payment, account);\n",
         "    (void)account;\n"
         "    return bill_differences_add(c->tx, of, c->now_ms) && ask(c->tx, of->payment, c->now_ms);\n"),
    ],
    # What differs is not looked at again.
    "once": [
        ("        d.state == BILL_DIFFERS ? bill_compare_again(tx, &d, job->now_ms)"
         " : look_at_waiting(tx, &d, job->now_ms);\n",
         "        d.state == BILL_DIFFERS ? (d.look_at_ms = 0, bill_days_save(tx, &d, job->now_ms))\n"
         "                                : look_at_waiting(tx, &d, job->now_ms);\n"),
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
