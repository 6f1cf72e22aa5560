import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { renderToString } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { Problem } from "./problem";
import { type Submit, useSubmit } from "./submit";

/** The hook as one picture of a page has it: nothing is drawn anew between two presses. */
function once<In>(use: () => Submit<In>, queries = new QueryClient()): Submit<In> {
  const got: Submit<In>[] = [];
  function Page() {
    got.push(use());
    return null;
  }
  renderToString(
    <QueryClientProvider client={queries}>
      <Page />
    </QueryClientProvider>,
  );
  const [first] = got;
  if (first === undefined) throw new Error("nothing was drawn");
  return first;
}

describe("a button", () => {
  it("sends once when it is pressed twice, and tells once, with what was sent", async () => {
    const asked: { input: string; answer: (out: number) => void }[] = [];
    const told: [number, string][] = [];
    const submit = once(() =>
      useSubmit((input: string) => new Promise<number>((answer) => asked.push({ input, answer })), {
        onDone: (out, input) => void told.push([out, input]),
      }),
    );
    submit.send("a");
    submit.send("b");
    await Promise.resolve();
    expect(asked.map(({ input }) => input)).toEqual(["a"]);
    asked[0]?.answer(1);
    await expect.poll(() => told).toEqual([[1, "a"]]);
    await expect
      .poll(() => {
        submit.send("c");
        return asked.map(({ input }) => input);
      })
      .toEqual(["a", "c"]);
  });
  it("takes another wish while the page is read again after the answer, and not the same twice", async () => {
    const asked: string[] = [];
    const read: (() => void)[] = [];
    const submit = once(() =>
      useSubmit(
        (input: string) => {
          asked.push(input);
          return Promise.resolve(1);
        },
        { onDone: () => new Promise<void>((done) => read.push(done)) },
      ),
    );
    submit.send("block");
    await expect.poll(() => read.length).toBe(1);
    submit.send("block");
    submit.send("let in");
    await expect.poll(() => read.length).toBe(2);
    expect(asked).toEqual(["block", "let in"]);
    read[0]?.(); // the first is read to its end while the second is: a further press of the second is still none
    await Promise.resolve();
    submit.send("let in");
    read[1]?.();
    await expect
      .poll(() => {
        submit.send("let in");
        return asked;
      })
      .toEqual(["block", "let in", "let in"]);
  });
  it("keeps nothing of what was answered: it may be a secret", async () => {
    const told: string[] = [];
    const queries = new QueryClient();
    const submit = once(
      () => useSubmit((input: string) => Promise.resolve(`whsec_${input}`), { onDone: (out) => void told.push(out) }),
      queries,
    );
    submit.send("1");
    await expect.poll(() => told).toEqual(["whsec_1"]);
    const kept = queries.getMutationCache().getAll();
    expect(JSON.stringify(kept.map(({ state }) => state))).not.toContain("whsec_1");
  });
  it("may be pressed again after a refusal, also by who hears of it", async () => {
    const keys: string[] = [];
    const submit: Submit<string> = once(() =>
      useSubmit(
        (_input: string, key) => {
          keys.push(key);
          return keys.length === 1 ? Promise.reject(new Problem(409, "no", "no")) : Promise.resolve(1);
        },
        { onProblem: (_problem, input) => submit.send(input) },
      ),
    );
    submit.send("a");
    await expect.poll(() => keys.length).toBe(2);
    expect(keys[0]).not.toBe(keys[1]);
  });
});
