/* Short messages: Ant Design's, which screen readers hear as alerts. What changes on a page without a message (a step of
 * the work, a balance) is said by the announcer's polite region. Never alert() or confirm(). */
import { App } from "antd";
import { createContext, type ReactNode, useCallback, useContext, useMemo, useState } from "react";
import { useProblemText } from "./problems";

type Announce = (text: string) => void;
const AnnounceContext = createContext<Announce>(() => undefined);

export function Announcer({ children }: { children: ReactNode }) {
  const [said, setSaid] = useState({ text: "", turn: 0 });
  const announce = useCallback((text: string) => setSaid(({ turn }) => ({ text, turn: turn + 1 })), []);
  return (
    <AnnounceContext value={announce}>
      {children}
      {/* The same text twice must be heard twice: the node is made anew. */}
      <div className="unseen" role="status" aria-live="polite">
        <span key={said.turn}>{said.text}</span>
      </div>
    </AnnounceContext>
  );
}

export const useAnnounce = () => useContext(AnnounceContext);

export interface Notify {
  done: (text: string) => void;
  info: (text: string) => void;
  problem: (cause: unknown) => void;
}

const PROBLEM_S = 6;

export function useNotify(): Notify {
  const { message } = App.useApp();
  const problemText = useProblemText();
  return useMemo(
    () => ({
      done: (text) => void message.success(text),
      info: (text) => void message.info(text),
      problem: (cause) => void message.error(problemText(cause), PROBLEM_S),
    }),
    [message, problemText],
  );
}
