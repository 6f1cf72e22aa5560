import { afterEach, describe, expect, it, vi } from "vitest";
import { newKey, SubmitKeys } from "./keys";
import { Problem, problemFromAnswer, toProblem } from "./problem";

const response = (status: number, headers: Record<string, string> = {}) => new Response(null, { status, headers });

describe("a refusal", () => {
  it("keeps code, message, facts and fields", () => {
    const problem = problemFromAnswer(response(402), {
      error: "insufficient_credits",
      message: "少",
      need: 50,
      have: 20,
    });
    expect(problem).toMatchObject({ status: 402, code: "insufficient_credits", message: "少" });
    expect(problem.number("need")).toBe(50);
    expect(problem.number("gone")).toBeNull();
    const fields = [
      { field: "domain", code: "format", message: "no" },
      { field: 7 },
      null,
      { field: "x", code: "required" },
    ];
    expect(problemFromAnswer(response(422), { error: "invalid_fields", message: "", fields }).fields).toEqual([
      { field: "domain", code: "format", message: "no" },
      { field: "x", code: "required", message: "required" },
    ]);
  });
  it("that is not ours (a proxy's page) has a code of ours and no text", () => {
    for (const body of [undefined, "<html>", [], { message: "x" }, { error: 7 }]) {
      expect(problemFromAnswer(response(502), body)).toMatchObject({ code: "unavailable", message: "" });
      expect(problemFromAnswer(response(404), body)).toMatchObject({ code: "unexpected", message: "" });
    }
  });
  it("reads Retry-After only when it is a number of seconds", () => {
    expect(problemFromAnswer(response(429, { "Retry-After": "7" }), {}).retryAfterS).toBe(7);
    expect(
      problemFromAnswer(response(429, { "Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT" }), {}).retryAfterS,
    ).toBeNull();
    expect(problemFromAnswer(response(429), {}).retryAfterS).toBeNull();
  });
  it("says whether the outcome is known, and whether asking again may help", () => {
    const of = (status: number) => new Problem(status, "x", "");
    expect([0, 500, 503].map((status) => of(status).outcomeUnknown)).toEqual([true, true, true]);
    expect(of(502).outcomeUnknown).toBe(false);
    expect(problemFromAnswer(response(502), "<html>").outcomeUnknown).toBe(true);
    expect([400, 402, 409, 422, 429].map((status) => of(status).outcomeUnknown)).not.toContain(true);
    expect([0, 503].map((status) => of(status).passing)).toEqual([true, true]);
    expect([401, 402, 409, 429, 500].map((status) => of(status).passing)).not.toContain(true);
  });
  it("without any answer is 'offline'", () => {
    expect(toProblem(new TypeError("Failed to fetch"))).toMatchObject({ status: 0, code: "offline" });
    const own = new Problem(404, "not_found", "x");
    expect(toProblem(own)).toBe(own);
  });
});

describe("idempotency keys", () => {
  afterEach(() => vi.unstubAllGlobals());

  it("stay the same for the same content until the outcome is known", () => {
    const keys = new SubmitKeys();
    const first = keys.keyFor({ shop: 1 });
    expect(keys.keyFor({ shop: 1 })).toBe(first);
    expect(keys.keyFor({ shop: 2 })).not.toBe(first);
    const again = keys.keyFor({ shop: 1 });
    keys.settled();
    expect(keys.keyFor({ shop: 1 })).not.toBe(again);
  });
  it("exist for a submit without content", () => {
    const keys = new SubmitKeys();
    expect(keys.keyFor(undefined)).toBe(keys.keyFor(undefined));
  });
  it("are made without randomUUID too: on plain HTTP it does not exist", () => {
    vi.stubGlobal("crypto", { getRandomValues: (bytes: Uint8Array) => bytes.fill(0xff) });
    expect(newKey()).toBe("ffffffff-ffff-4fff-bfff-ffffffffffff");
  });
});
