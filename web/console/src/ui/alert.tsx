/* A message that stands on the page: what is wrong, and the way on beside it. */
import type { ReactNode } from "react";
import { Icon, type IconName } from "./icon";

export type Tone = "good" | "info" | "due" | "stop";
const ICONS: Readonly<Record<Tone, IconName>> = { good: "good", info: "info", due: "warn", stop: "fail" };

interface Props {
  tone: Tone;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
  /** Said at once. What is there from the start need not be. */
  said?: boolean;
}

export function Alert({ tone, title, children, action, said = true }: Props) {
  return (
    <div className={`alert alert-${tone}`} role={said ? (tone === "stop" ? "alert" : "status") : undefined}>
      <Icon name={ICONS[tone]} />
      <div className="alert-text">
        <strong>{title}</strong>
        {children !== undefined && <div>{children}</div>}
      </div>
      {action !== undefined && <div className="alert-action">{action}</div>}
    </div>
  );
}
