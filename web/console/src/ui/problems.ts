/* How a refusal reaches a person: at the field it is about (ui/form.tsx), else as one sentence. */
import { useCallback } from "react";
import { toProblem } from "../api/problem";
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
