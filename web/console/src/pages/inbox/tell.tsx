/* A sound, and the browser's own notification, for what a person should look at: a visitor's word in a conversation of
 * theirs or of nobody, a visitor who begins to wait, their name in a note. Each is switched on here and kept in this
 * browser. The sound is made here: no file to load, nothing the policy would have to allow. */
import { useRef, useState } from "react";
import { useUser } from "../../api/queries";
import { type TextKey, useText } from "../../i18n/i18n";
import { useNotify } from "../../ui/notify";
import { Menu } from "../../ui/menu";
import { Icon } from "../../ui/icon";
import { keepWay, type Way, wants } from "../../ui/tell-ways";
import type { OnTold } from "./use-inbox-live";

const BEEP_S = 0.15;
function beep(): void {
  const context = new AudioContext();
  const tone = context.createOscillator();
  const volume = context.createGain();
  tone.frequency.value = 880;
  volume.gain.setValueAtTime(0.1, context.currentTime);
  volume.gain.exponentialRampToValueAtTime(0.001, context.currentTime + BEEP_S);
  tone.connect(volume).connect(context.destination);
  tone.start();
  tone.stop(context.currentTime + BEEP_S);
  tone.onended = () => void context.close();
}

/** False: not by this browser. Chrome on a phone has the class, and throws. */
function show(title: string, body: string, to: string, tag: string): boolean {
  try {
    const shown = new Notification(title, { body, tag });
    shown.onclick = () => {
      window.focus();
      window.location.assign(to);
    };
    return true;
  } catch {
    return false;
  }
}

const looksAtIt = () => document.visibilityState === "visible" && window.location.pathname.startsWith("/inbox");

/** One of each conversation at a time: the newer replaces the older. Nothing is shown to who looks at the inbox. */
function tell(title: string, body: string, conversation: number): void {
  if (wants("sound")) beep();
  if (!wants("show") || looksAtIt() || Notification.permission !== "granted") return;
  show(title, body, `/inbox/${conversation}`, `chathub-${conversation}`);
}

/** What of the inbox's events is told. */
export function useTelling(): OnTold {
  const { t } = useText();
  const me = useUser().data?.user?.id;
  const owners = useRef(new Map<number, string>());
  return (type, told) => {
    const { conversation, message, name = "", owner, assignee = 0 } = told;
    const was = owners.current.get(conversation);
    if (owner !== undefined) owners.current.set(conversation, owner);
    if (type === "mention" && told.person === me) tell(t("inbox.tell.named", { name }), "", conversation);
    else if (type === "conversation" && owner === "waiting" && was !== "waiting")
      tell(t("inbox.tell.waits"), "", conversation);
    else if (type === "message" && message?.author === "visitor" && owner !== "bot" && [0, me].includes(assignee))
      tell(t("inbox.tell.new"), message.text ?? "", conversation);
  };
}

export function TellMenu() {
  const { t } = useText();
  const notify = useNotify();
  const [on, setOn] = useState({ sound: wants("sound"), show: wants("show") });
  const set = (way: Way, value: boolean) => {
    keepWay(way, value);
    setOn((before) => ({ ...before, [way]: value }));
    if (way === "sound" && value) beep();
  };
  const ask = async () => {
    if (on.show) {
      set("show", false);
      return;
    }
    const allowed = "Notification" in window ? await Notification.requestPermission() : "denied";
    if (allowed === "granted" && show(t("inbox.tell.shown"), "", "/inbox", "chathub")) set("show", true);
    else notify.info(t("inbox.tell.refused"));
  };
  const item = (way: Way, text: TextKey, onPick: () => void) => ({ key: way, label: t(text), chosen: on[way], onPick });
  return (
    <Menu
      label={t("inbox.tell")}
      trigger={<Icon name="bell" />}
      groups={[
        {
          key: "ways",
          items: [
            item("sound", "inbox.tell.sound", () => set("sound", !on.sound)),
            item("show", "inbox.tell.show", () => void ask()),
          ],
        },
      ]}
    />
  );
}
