/* Of two people who act in the same moment one wins: who it was, and what becomes of the words or the picture that the
 * other was about to send. They are sent by pressing again: by then it has been told whose they would be taking over. */
import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import type { Problem } from "../../api/client";
import { colleaguesOf } from "../../api/queries";
import type { InboxConversation } from "../../api/types";
import { type TextKey, useText } from "../../i18n/i18n";

/** "": no person was, or nobody knows them here. */
export async function quickerName(queries: QueryClient, problem: Problem): Promise<string> {
  const team = await colleaguesOf(queries).catch(() => []);
  const winner = team.find(({ person }) => person === problem.number("person"));
  return winner === undefined ? "" : winner.name || winner.email;
}

export function useQuicker({ epoch }: Pick<InboxConversation, "epoch">) {
  const { t } = useText();
  const queries = useQueryClient();
  const told = useRef(0);
  const [line, setLine] = useState("");
  return {
    line,
    forget: () => setLine(""),
    /** What is known of the conversation as the button is pressed: what the page shows, or what a refusal said since. */
    seen: () => Math.max(epoch, told.current),
    /** False: it was refused for another reason. */
    refused: (problem: Problem, notSent: TextKey): boolean => {
      if (problem.code !== "conversation_moved") return false;
      told.current = problem.number("epoch") ?? 0;
      void quickerName(queries, problem).then((name) =>
        setLine(`${name === "" ? t("inbox.moved") : t("inbox.quicker", { name })} ${t(notSent)}`),
      );
      return true;
    },
  };
}
