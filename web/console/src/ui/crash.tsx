/* The net under a fault of the console itself: a sentence and a way out instead of an empty window. One hangs around the
 * pages, inside the frame, so that a broken page leaves the others within reach; the last one around everything. */
import { Component, type ReactNode } from "react";
import { type Text, useText } from "../i18n/i18n";
import { Button } from "./button";

interface Props {
  text: Text;
  /** The page that hangs in it: another one is given a new chance. Not given: the net around everything. */
  at?: string | undefined;
  children: ReactNode;
}

interface State {
  failedAt: string | null;
}

export class Net extends Component<Props, State> {
  override state: State = { failedAt: null };

  static getDerivedStateFromError(): Partial<State> {
    return { failedAt: "" };
  }

  /** An error does not know where it happened; the render after it does. */
  static getDerivedStateFromProps({ at = "" }: Props, { failedAt }: State): Partial<State> | null {
    if (failedAt === null || failedAt === at) return null;
    return { failedAt: failedAt === "" ? at : null };
  }

  override render() {
    if (this.state.failedAt === null) return this.props.children;
    const { t } = this.props.text;
    const said = (
      <div className="teach" role="alert">
        <h1>{t("crash.title")}</h1>
        <p>{t("crash.text")}</p>
        <Button look="primary" onClick={() => window.location.reload()}>
          {t("crash.reload")}
        </Button>
      </div>
    );
    return this.props.at === undefined ? <main className="whole">{said}</main> : said;
  }
}

export function Crash({ at, children }: { at?: string; children: ReactNode }) {
  const text = useText();
  return (
    <Net text={text} at={at}>
      {children}
    </Net>
  );
}
