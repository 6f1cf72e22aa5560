/* Copying, with the old way for pages on plain HTTP, where the clipboard API does not exist. */
import { useEffect, useState } from "react";
import { useText } from "../i18n/i18n";
import { Button, type Look } from "./button";
import { useAnnounce } from "./notify";

function copyTheOldWay(text: string): boolean {
  const area = document.createElement("textarea");
  area.value = text;
  area.setAttribute("readonly", "");
  area.className = "unseen";
  // Inside an open dialog the focus may not leave it; the dialog is therefore the parent.
  const parent = document.activeElement?.closest("dialog") ?? document.body;
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

interface Props {
  text: string;
  label?: string;
  look?: Look;
  /** Only the drawing; the label is for those who hear it. */
  quiet?: boolean;
}

export function CopyButton({ text, label, look = "plain", quiet = false }: Props) {
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
  const icon = copied ? "check" : "copy";
  const shown = label ?? t("copy.copy");
  if (quiet)
    return (
      <Button
        look="quiet"
        small
        icon={icon}
        aria-label={copied ? t("copy.done") : shown}
        title={shown}
        onClick={() => void press()}
      />
    );
  return (
    <Button look={look} icon={icon} onClick={() => void press()}>
      {copied ? t("copy.done") : shown}
    </Button>
  );
}

/** Text to be taken elsewhere: selectable, scrollable by keyboard, with its button. */
export function CodeBox({ text, label, look = "primary" }: { text: string; label: string; look?: Look }) {
  return (
    <div className="code-box">
      <pre tabIndex={0} aria-label={label} role="group" translate="no">
        {text}
      </pre>
      <CopyButton text={text} look={look} />
    </div>
  );
}
