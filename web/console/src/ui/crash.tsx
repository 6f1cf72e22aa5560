/* The last net: a fault of the console itself (or a page file that is gone after an update of the server) shows a
 * sentence and a way out instead of an empty window. */
import { Button } from "antd";
import { Component, type ReactNode } from "react";
import { type Text, useText } from "../i18n/i18n";

interface Props {
  text: Text;
  children: ReactNode;
}

class Net extends Component<Props, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    const { t } = this.props.text;
    return (
      <main className="whole">
        <div className="teach" role="alert">
          <h1>{t("crash.title")}</h1>
          <p>{t("crash.text")}</p>
          <Button type="primary" onClick={() => window.location.reload()}>
            {t("crash.reload")}
          </Button>
        </div>
      </main>
    );
  }
}

export function Crash({ children }: { children: ReactNode }) {
  const text = useText();
  return <Net text={text}>{children}</Net>;
}
