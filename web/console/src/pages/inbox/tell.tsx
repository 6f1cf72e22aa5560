/* A sound, and the browser's own notification, for what a person should look at: a visitor's word in a conversation of
 * theirs or of nobody, a visitor who begins to wait, their name in a note. Each is switched on here and kept in this
 * browser. The sound is made here: no file to load, nothing the policy would have to allow. */
import { useState } from "react";
import { type TextKey, useText } from "../../i18n/i18n";
import { useNotify } from "../../ui/notify";
import { Menu } from "../../ui/menu";
import { Icon } from "../../ui/icon";

type Way = "sound" | "show";
const KEY = (way: Way) => `chathub-inbox-${way}`;

export function wants(way: Way): boolean {
  try {
    return localStorage.getItem(KEY(way)) === "on";
  } catch {
    return false; // storage may be forbidden: then nothing was switched on
  }
}

function keep(way: Way, on: boolean): void {
  try {
    localStorage.setItem(KEY(way), on ? "on" : "off");
  } catch {
    // as above: it lasts as long as the page
  }
}

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

/** One of each conversation at a time: the newer replaces the older. Nothing is shown to who looks at the page. */
export function tell(title: string, body: string, conversation: number): void {
  if (wants("sound")) beep();
  if (!wants("show") || document.visibilityState === "visible" || Notification.permission !== "granted") return;
  const shown = new Notification(title, { body, tag: `chathub-${conversation}` });
  shown.onclick = () => {
    window.focus();
    window.location.assign(`/inbox/${conversation}`);
  };
}

export function TellMenu() {
  const { t } = useText();
  const notify = useNotify();
  const [on, setOn] = useState({ sound: wants("sound"), show: wants("show") });
  const set = (way: Way, value: boolean) => {
    keep(way, value);
    setOn((before) => ({ ...before, [way]: value }));
    if (way === "sound" && value) beep();
  };
  const show = async () => {
    if (on.show) {
      set("show", false);
      return;
    }
    const allowed = "Notification" in window ? await Notification.requestPermission() : "denied";
    if (allowed === "granted") set("show", true);
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
            item("show", "inbox.tell.show", () => void show()),
          ],
        },
      ]}
    />
  );
}
