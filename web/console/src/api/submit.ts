/* A form's or button's request: one key a submit, asked again by itself while the network or the server is merely busy,
 * never when it was refused. */
import { useMutation } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { SubmitKeys } from "./keys";
import { type Problem, toProblem } from "./problem";

const RETRIES_MAX = 2;
const RETRY_MS = 1500;
const RETRY_AFTER_MAX_S = 10;

interface Options<In, Out> {
  onDone?: (out: Out, input: In) => void | Promise<void>;
  onProblem?: (problem: Problem, input: In) => void;
  /** False for routes without Idempotency-Key (/auth): a repeated try could count against a limit. */
  repeat?: boolean;
}

export interface Submit<In> {
  isPending: boolean;
  /** What the last submit was about: which row's button shows that it works. */
  sent: In | undefined;
  send: (input: In) => void;
}

export function useSubmit<In, Out>(
  run: (input: In, key: string) => Promise<Out>,
  { onDone, onProblem, repeat = true }: Options<In, Out> = {},
): Submit<In> {
  const [keys] = useState(() => new SubmitKeys());
  // The button learns that it works only with the next picture: the second press of a double click comes before that.
  // Once it is answered, while `onDone` reads the page again, another wish goes; the same is still that second press.
  const under = useRef<{ wish: string; key: string; answered: boolean } | null>(null);
  // Handed on and forgotten: what a mutation answers is kept by the library, and some answers are secrets.
  const got = useRef<{ out: Out } | null>(null);
  const mutation = useMutation<undefined, Problem, { input: In; key: string }>({
    gcTime: 0,
    mutationFn: async ({ input, key }) => {
      try {
        got.current = { out: await run(input, key) };
        return undefined;
      } catch (cause) {
        throw toProblem(cause);
      }
    },
    networkMode: "always",
    retry: (failures, problem) => repeat && problem.passing && failures < RETRIES_MAX,
    retryDelay: (_failures, problem) => Math.min(problem.retryAfterS ?? RETRY_MS / 1000, RETRY_AFTER_MAX_S) * 1000,
    onSuccess: (_nothing, { input }) => {
      const answered = got.current;
      got.current = null;
      keys.settled();
      if (under.current !== null) under.current.answered = true;
      return answered === null ? undefined : onDone?.(answered.out, input);
    },
    onError: (problem, { input }) => {
      // Before its listener: that may send again.
      under.current = null;
      if (!problem.outcomeUnknown) keys.settled();
      onProblem?.(problem, input);
    },
    onSettled: (_nothing, _problem, { key }) => {
      if (under.current?.key === key) under.current = null;
    },
  });
  const { isPending, variables } = mutation;
  const send = (input: In) => {
    const wish = JSON.stringify([input]);
    if (under.current !== null && (!under.current.answered || under.current.wish === wish)) return;
    const key = keys.keyFor(input);
    under.current = { wish, key, answered: false };
    mutation.mutate({ input, key });
  };
  return { isPending, sent: variables?.input, send };
}
