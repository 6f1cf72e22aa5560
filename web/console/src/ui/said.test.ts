import { describe, expect, it } from "vitest";
import { makeText } from "../i18n/i18n";
import { detailsOf, detailText } from "./audit-words";
import { saidPlainly, saidText } from "./said";

const zh = makeText("zh-CN", () => undefined);
const en = makeText("en", () => undefined);

/* The server's own files: a sentence that is new there has no text here, and would be read in English by everybody. */
const server = import.meta.glob<string>("../../../../src/*/*.{c,h}", { query: "?raw", import: "default", eager: true });
const files = Object.entries(server).filter(([file]) => !/\/test_/.test(file));
const textOf = (name: string) => files.find(([file]) => file.endsWith(`/src/${name}`))?.[1] ?? "";

function found(name: string, pattern: RegExp): string[] {
  const all = [...textOf(name).matchAll(pattern)].map(([, phrase = ""]) => phrase);
  expect(all.length, `${name} has none: where are they now?`).toBeGreaterThan(0);
  return all;
}

const PHRASES = [
  ...found("payments/payments.h", /X\([A-Z_]+, "([^"]+)"\)/g),
  ...found("billing/paid.c", /\*why = "([^"]+)"/g),
  ...found("billing/paid.c", /"([a-z][^"%]*(?: [^"%]+){3,})"/g),
  ...found("billing/plans.c", /\*why = "([^"]+)"/g),
  ...found("billing/deliver.c", /\*why = "([^"]+)"/g),
  ...found("billing/refund_ends.c", /"([a-z][^"%]*(?: [^"%]+){3,})"/g),
  ...found("billing/refund_job.c", /return "([^"]+)";/g),
  ...found("billing/refund_job.c", /error = "([^"]+)";/g),
  ...found("billing/bill_compare.c", /\[BILL_\w+\] = "([^"]+)"/g),
  ...found("billing/pay_jobs.c", /(?:return|\? c->error :) "([^"]+)";/g),
];

describe("what the server stores in words of its own", () => {
  it.each([...new Set(PHRASES)])("%s: has a text in both languages", (phrase) => {
    expect(saidPlainly(zh, phrase)).toMatch(/[\u4e00-\u9fff]/);
    expect(saidPlainly(en, phrase)).not.toBeNull();
  });
  it.each([
    ["mark_paid; twice", "已付款; 重复付款，原路退回", "Paid; Paid twice: it goes back"],
    ["refund:10000", "退款已完成 ¥100", "Refund done CN¥100"],
    ["mark_paid, refund_total:50", "已付款; 累计已退款 ¥0.50", "Paid; Given back in all CN¥0.50"],
    [
      "nothing new; for a person: disputed",
      "没有新内容; 须人工处理：付款人提出争议",
      "Nothing new; For a person: Disputed by who paid",
    ],
    ["refused: amount", "被拒绝：金额不符", "Refused: Another amount"],
    ["refused: the balance is too low", "被拒绝：the balance is too low", "Refused: the balance is too low"],
    ["message 3 in 12", "会话 12 的第 3 条消息", "Message 3 in conversation 12"],
    ["products: 3 changed, 1 stale", "商品：更新 3 条，过期 1 条", "Products: 3 changed, 1 out of date"],
    [
      "bill of 2026-11-01, payment: the bill has another sum (theirs 1.00, ours 2.00)",
      "2026-11-01 账单，付款：账单中的金额不同（账单 1.00，此处 2.00）",
      "Bill of 2026-11-01, payment: The bill has another sum (theirs 1.00, ours 2.00)",
    ],
    [
      "the bill of 2026-11-01 could not be had: timed out",
      "无法获取 2026-11-01 的账单：timed out",
      "The bill of 2026-11-01 could not be had: timed out",
    ],
    ["alipay.pay: ACQ.SYSTEM_ERROR", "alipay.pay: ACQ.SYSTEM_ERROR", "alipay.pay: ACQ.SYSTEM_ERROR"],
  ])("%s", (said, chinese, english) => {
    expect(saidText(zh, said, "CNY")).toBe(chinese);
    expect(saidText(en, said, "CNY")).toBe(english);
  });
  it("leaves a sum out where nobody knows its currency", () => {
    expect(saidText(en, "refund:10000")).toBe("Refund done");
  });
  it("is told to customers where we can say it, and nothing else is", () => {
    expect(saidPlainly(zh, "the shop was deleted")).toBe("店铺已被删除");
    expect(saidPlainly(zh, "alipay.pay: ACQ.SYSTEM_ERROR")).toBeNull();
  });
});

describe("the trail", () => {
  const kinds = new Set(
    files.flatMap(([, text]) =>
      [
        ...text.matchAll(/\.resource = "(\w+)"/g),
        ...text.matchAll(/audit_request\(\s*\w+,\s*[^,]+,\s*[^,]+,\s*"(\w+)"/g),
      ].map(([, kind = ""]) => kind),
    ),
  );
  it("finds what things are done to", () => expect(kinds.size).toBeGreaterThan(12));
  it.each([...kinds])("%s: has a name in both languages", (kind) => {
    expect(zh.known(`resource.${kind}`)).toMatch(/[\u4e00-\u9fff]/);
    expect(en.known(`resource.${kind}`)).not.toBeNull();
  });
  const bodyOf = (name: string, near: string) => {
    const begin = new RegExp(`void ${name}\\(struct json \\*j[^)]*\\)\\s*\\{(?:(.*)\\}\\n|([^]*?)\\n\\}\\n)`);
    for (const text of [near, ...files.map(([, other]) => other)]) {
      const match = begin.exec(text);
      if (match !== null) return match[1] ?? match[2] ?? "";
    }
    return "";
  };
  const writers = files.flatMap(([, text]) =>
    text
      .split(/[;{}]/)
      .filter((part) => /\.details = |audit_request\(|AUDIT_\w+|tenants_tell\(|know_tell\(/.test(part))
      .flatMap((part) => [...part.matchAll(/\b\w*(?:_details|_json)\b/g)].map(([name]) => bodyOf(name, text))),
  );
  const details = new Set(
    writers.flatMap((body) => [...body.matchAll(/\b\w*json\w*\(j, "(\w+)"/g)].map(([, name = ""]) => name)),
  );
  it("finds what is told beside an action", () => expect(details.size).toBeGreaterThan(50));
  it.each([...details])("%s: has a name in both languages", (name) => {
    expect(zh.known(`detail.${name}`)).not.toBeNull();
    expect(en.known(`detail.${name}`)).not.toBeNull();
  });
  const namesIn = (file: string, list: string) =>
    found(file, new RegExp(`${list}\\[[^\\]]*\\] = \\{([^}]*)\\}`, "g")).flatMap((names) =>
      [...names.matchAll(/"([\w-]+)"/g)].map(([, name = ""]) => name),
    );
  const words = [
    ...namesIn("http/refusals.c", "kind_names").map((word) => ["kind", word] as const),
    ...namesIn("knowledge/feeds.c", "feed_kind_names").map((word) => ["kind", word] as const),
    ...namesIn("knowledge/kinds.c", "names").map((word) => ["kind", word] as const),
    ...namesIn("billing/profiles.c", "kind_names").map((word) => ["kind", word] as const),
    ...namesIn("billing/coupons.c", "coupon_kind_names").map((word) => ["kind", word] as const),
    ...namesIn("billing/operator_coupons.c", "standing_names").map((word) => ["state", word] as const),
    ...namesIn("tenants/subscriptions.c", "status_names").map((word) => ["status", word] as const),
    ...namesIn("tenants/subscriptions.c", "subscription_source_names").map((word) => ["source", word] as const),
    ...namesIn("knowledge/store_import.c", "know_store_sources").map((word) => ["source", word] as const),
    ...namesIn("accounts/members.c", "member_role_names").map((word) => ["role", word] as const),
    ...namesIn("tenants/panel.c", "sync_scope_names").map((word) => ["syncScopes", word] as const),
    ...namesIn("site/pages.c", "page_names").map((word) => ["name", word] as const),
    ...found("chat/settings_fields.c", /(?:FIELD_\w+\(struct settings_doc, |(?:NUMBER|WORDS)\()(\w+),/g)
      .filter((word) => word !== "member" && word !== "revision")
      .map((word) => ["changed", word] as const),
  ];
  it.each(words)("%s %s: is told in both languages", (name, word) => {
    expect(detailText(zh, name, word)).toMatch(/[\u4e00-\u9fff]/);
    expect(en.known(`detail.${name}.${word}`) ?? en.known(`secret.of.${word}`)).not.toBeNull();
  });
  it("shows a sum with its currency, and credits as a number", () => {
    expect(detailsOf({ order: "o", amount: "100.00", currency: "CNY" })).toEqual({ order: "o", sum: "100.00 CNY" });
    expect(detailsOf({ amount: { amount: 1, currency: "CNY" } })).toEqual({ sum: { amount: 1, currency: "CNY" } });
    expect(detailsOf({ amount: 60, reason: "trial" })).toEqual({ reason: "trial", amount: 60 });
  });
  it("shows lists of words as words", () => {
    expect(detailText(zh, "changed", ["botName", "keepDays"])).toBe("助手名称, 会话保留天数");
    expect(detailText(en, "syncScopes", "products orders")).toBe("products, orders");
  });
  it("shows sums, lists and what is within as words", () => {
    expect(detailText(zh, "amount", { amount: 10000, currency: "CNY" })).toBe("¥100");
    expect(detailText(zh, "renews", true)).toBe("是");
    expect(detailText(en, "renews", false)).toBe("No");
    expect(detailText(zh, "why", "begins")).toBe("开始");
    expect(detailText(zh, "kind", "twice")).toBe("重复付款");
    expect(detailText(zh, "reason", "The order had been paid already.")).toBe("该订单此前已付款。");
    expect(detailText(en, "changes", [{ seats: 3, until: null }, "x"])).toBe("Seats 3, x");
  });
});
