/* "Look into your mail", with a second try after a pause: mails are limited per mailbox, and most are only slow. */
import { useEffect, useState } from "react";
import { useConfig } from "../api/queries";
import { useSubmit } from "../api/submit";
import { useText } from "../i18n/i18n";
import { Button } from "./button";
import { Icon } from "./icon";
import { useNotify } from "./notify";

const PAUSE_S = 60;

interface Props {
  email: string;
  message: string;
  /** When it was sent, if that may be a while ago. */
  sentAt?: number;
  again: (email: string) => Promise<{ message: string }>;
}

function pauseLeft(sentAt: number | undefined): number {
  if (sentAt === undefined) return PAUSE_S;
  const passed = Math.floor((Date.now() - sentAt) / 1000);
  return Math.min(PAUSE_S, Math.max(0, PAUSE_S - passed));
}

function useCountdown(sentAt: number | undefined): { left: number; begin: () => void } {
  const [left, setLeft] = useState(() => pauseLeft(sentAt));
  useEffect(() => {
    if (left <= 0) return undefined;
    const timer = setTimeout(() => setLeft(left - 1), 1000);
    return () => clearTimeout(timer);
  }, [left]);
  return { left, begin: () => setLeft(PAUSE_S) };
}

export function MailSent({ email, message, sentAt, again }: Props) {
  const { t } = useText();
  const notify = useNotify();
  const { data: config } = useConfig();
  const { left, begin } = useCountdown(sentAt);
  const submit = useSubmit(again, {
    repeat: false,
    onDone: ({ message: said }) => {
      notify.done(said);
      begin();
    },
    onProblem: notify.problem,
  });
  return (
    <div className="stack" role="status">
      <span className="teach-icon">
        <Icon name="mail" />
      </span>
      <p>{message}</p>
      <p className="muted">
        {t("mail.to")} <strong className="break">{email}</strong>. {t("mail.hint")}
      </p>
      {config?.mailOutbox === true && (
        <p>
          <a href="/dev/outbox" target="_blank" rel="noreferrer">
            {t("mail.outbox")}
          </a>
        </p>
      )}
      <div>
        <Button disabled={left > 0} busy={submit.isPending} onClick={() => submit.send(email)}>
          {left > 0 ? t("mail.againIn", { n: left }) : t("mail.again")}
        </Button>
      </div>
    </div>
  );
}
