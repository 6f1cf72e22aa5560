/* How a refusal reaches a person: at the field it is about, else as one sentence. */
import type { FormInstance } from "antd";
import { useCallback } from "react";
import { type Problem, toProblem } from "../api/problem";
import { type TextKey, useText } from "../i18n/i18n";

const OURS: Readonly<Record<string, TextKey>> = {
  offline: "problem.offline",
  unavailable: "problem.unavailable",
};

/** The sentence of the server, which is in our language already; our own only where no server spoke. */
export function useProblemText(): (cause: unknown) => string {
  const { t } = useText();
  return useCallback(
    (cause: unknown) => {
      const problem = toProblem(cause);
      if (problem.message !== "") return problem.message;
      return t(OURS[problem.code] ?? "problem.unexpected", { code: problem.status });
    },
    [t],
  );
}

/** Puts field errors at their fields. True when at least one found its place; else show the sentence. `formats`: what
 * to say of a field that is not written rightly, where the server's sentence for all fields says too little. */
export function placeFieldProblems(
  form: FormInstance,
  problem: Problem,
  fields: readonly string[],
  formats: Readonly<Record<string, string>> = {},
): boolean {
  const placed = problem.fields.filter(({ field }) => fields.includes(field));
  for (const { field, code, message } of placed) {
    const error = code === "format" ? (formats[field] ?? message) : message;
    form.setFields([{ name: field, errors: [error] }]);
  }
  const first = placed[0];
  if (first !== undefined) (form.getFieldInstance(first.field) as { focus?: () => void } | undefined)?.focus?.();
  return placed.length > 0;
}
