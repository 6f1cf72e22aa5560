/* Copying, with the old way for pages on plain HTTP, where the clipboard API does not exist. */
import { Button, type ButtonProps } from "antd";
import { useEffect, useState } from "react";
import { useText } from "../i18n/i18n";
import { IconCopied, IconCopy } from "./icons";
import { useAnnounce } from "./notify";

function copyTheOldWay(text: string): boolean {
  const area = document.createElement("textarea");
  area.value = text;
  area.setAttribute("readonly", "");
  area.className = "unseen";
  // Inside an open dialog the focus may not leave it; the dialog is therefore the parent.
  const parent = document.activeElement?.closest("[role=dialog]") ?? document.body;
  parent.append(area);
  area.select();
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- the only way on plain HTTP
  const copied = document.execCommand("copy");
  area.remove();
  return copied;
}

async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyTheOldWay(text);
  }
}

const COPIED_MS = 2000;

export function CopyButton({
  text,
  label,
  ...button
}: { text: string; label?: string } & Omit<ButtonProps, "onClick">) {
  const { t } = useText();
  const announce = useAnnounce();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return undefined;
    const timer = setTimeout(() => setCopied(false), COPIED_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  const press = async () => {
    const worked = await copy(text);
    setCopied(worked);
    announce(t(worked ? "copy.done" : "copy.failed"));
  };
  return (
    <Button icon={copied ? <IconCopied /> : <IconCopy />} {...button} onClick={() => void press()}>
      {copied ? t("copy.done") : (label ?? t("copy.copy"))}
    </Button>
  );
}

/** Text to be taken elsewhere: selectable, scrollable by keyboard, with its button. */
export function CodeBox({ text, label }: { text: string; label: string }) {
  return (
    <div className="code-box">
      <pre tabIndex={0} aria-label={label} role="group">
        {text}
      </pre>
      <CopyButton text={text} type="primary" />
    </div>
  );
}
