/* panel.ts: the chat, once somebody wants it. A non-modal dialog beside its launcher: the page behind stays usable, Escape
 * closes, focus goes in with opening and back with closing. All words of others are set as text, never as markup. */
import { copyByMail } from "./copy";
import { avatar, chipsFor, portrait } from "./face";
import { cards } from "./cards";
import { leaveForm } from "./leave";
import { rateForm } from "./rate";
import { rehearsal } from "./rehearsal";
import { picture, pictures } from "./picture";
import { STYLE } from "./style";
import { Talk, type Ear, type Message, type State, type Waiting } from "./talk";
import { texts } from "./texts";
import { hide, type Face, type Frame, type Panel } from "./shared";

const TEXT_MAX = 4000;
const TYPING_SHOWN_MS = 6000;

function element<K extends keyof HTMLElementTagNameMap>(name: K, className = "", text = ""): HTMLElementTagNameMap[K] {
  const e = document.createElement(name);
  if (className) e.className = className;
  if (text) e.textContent = text;
  return e;
}

/** Text with its web addresses as links. */
function withLinks(text: string): (Node | string)[] {
  return text.split(/(https?:\/\/[^\s<>"'，。；！？（）]+[^\s<>"'，。；！？（）.,;:!?)])/u).map((part, i) => {
    if (i % 2 === 0) return part;
    const a = element("a", "", part);
    a.href = part;
    a.target = "_blank";
    a.rel = "noopener nofollow ugc";
    return a;
  });
}

function panel(frame: Frame): Panel {
  const { root, language, launcher } = frame;
  const t = texts[language];
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];

  const box = element("section", "p auto");
  box.role = "dialog";
  box.ariaLabel = t.title;
  box.lang = language;
  box.dir = "ltr"; // all our languages are; a message says its own, and the page's is not ours
  box.hidden = true;
  const head = element("header");
  head.role = "none"; // of the chat: no second banner of the page
  const names = element("div");
  const title = element("h2", "", t.title);
  const who = element("p", "", t.assistant);
  const close = element("button", "x", "×");
  close.type = "button";
  close.ariaLabel = t.close;
  names.append(title, who);
  const face = element("span", "pic");
  head.append(face, names, close);
  const log = element("div", "log");
  log.role = "log";
  log.ariaLabel = t.log;
  log.tabIndex = 0;
  const sent = element("div");
  sent.style.display = "contents";
  const waiting = element("div");
  waiting.style.display = "contents";
  const chips = element("div", "chips");
  const going = element("div"); // pictures on their way
  going.style.display = "contents";
  log.append(sent, waiting, going, chips);
  const say = element("div", "say");
  say.role = "status";
  const acts = element("div", "acts");
  const wish = element("button", "", t.person);
  wish.type = "button";
  acts.append(wish);
  const form = element("form");
  const input = element("textarea");
  input.placeholder = t.write;
  input.ariaLabel = t.write;
  input.rows = 1;
  input.dir = "auto";
  input.enterKeyHint = "send";
  const send = element("button", "", t.send);
  form.append(input, send);
  const leave = leaveForm(t, (email) => talk.email(email), tellUser, input);
  const copy = copyByMail(t, (email) => talk.transcript(email), tellUser);
  const rate = rateForm(t, (score, words) => talk.rate(score, words), tellUser, input);
  close.before(copy.button);
  box.append(head, log, say, rate, acts, leave, copy.form, form);
  launcher.after(box);

  const draft = `chathub:${frame.shop}:draft`;
  let state: State | null = null;
  let lastDay = "";
  let lastNumber = 0;
  let botName = frame.face?.botName ?? t.assistant;
  let lastAuthor = "";
  let typingTimer = 0;
  let worn = ""; // whose picture is in the head
  let wishing = false;
  let alone = false; // the house said that nobody is there
  const read = new Map<number, HTMLElement>(); // the visitor's own, not yet read by the team

  const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit" });
  const day = new Intl.DateTimeFormat(language, { dateStyle: "medium" });
  const isOpen = () => !box.hidden;
  const atEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  const toEnd = () => (log.scrollTop = log.scrollHeight);
  // A form that rises, or a text of more lines, takes from the list's height and tells nobody: what stood at its end stays there.
  let stood = true;
  log.onscroll = () => (stood = atEnd());
  const sized = new ResizeObserver(() => {
    if (stood) toEnd();
  });
  sized.observe(log);

  function tellUser(text: string, bad = false) {
    clearTimeout(typingTimer);
    say.textContent = text;
    say.classList.toggle("bad", bad);
  }
  /** Who types, and a reply, leave a refusal where it is: it stands until the visitor does something else here. */
  function hint(text: string) {
    if (!say.classList.contains("bad") || say.textContent === t.offline) tellUser(text);
  }
  function settle() {
    if (say.textContent !== t.offline && !input.disabled) tellUser(""); // who is blocked has been told why
  }

  box.addEventListener("click", settle, true); // before what the button does
  box.addEventListener("input", settle);

  const at = (picture?: string) => picture && frame.base + picture;

  function bubble(author: string, name: string, text: string, time: string, pic?: string): [HTMLElement, HTMLElement] {
    const m = element("div", author === "visitor" ? "m mine" : author === "house" ? "m house" : "m");
    const b = element("div", "b");
    b.dir = "auto";
    b.append(...withLinks(text));
    const foot = element("div", "at", time);
    if (author === "bot" || author === "person") {
      const by = element("div", "who");
      const small = element("span", author === "bot" ? "pic bot" : "pic");
      small.append(author === "bot" ? avatar(frame.face) : portrait(at(pic), name));
      by.append(small, name);
      m.append(by);
    }
    m.append(b, foot);
    return [m, foot];
  }

  function show(m: Message) {
    const then = new Date(m.at);
    const d = day.format(then);
    if (d !== lastDay) sent.append(element("div", "day", d));
    lastDay = d;
    const name = m.author === "bot" ? botName : m.name || t.someone;
    const [one, foot] = bubble(m.author, name, m.text ?? "", m.author === "house" ? "" : clock.format(then), m.picture);
    if (m.image) one.querySelector(".b")?.replaceChildren(picture(frame.base, m.image, m.text ?? ""));
    if (m.cards) foot.before(cards(m.cards, t));
    if (m.author === "visitor") read.set(m.number, foot);
    sent.append(one);
    lastNumber = m.number;
    lastAuthor = m.author;
    if (m.notice) alone = m.notice === "away" || m.notice === "still_waiting";
  }

  function showChips() {
    chips.replaceChildren(
      ...chipsFor(frame.face, state, lastAuthor).map((text) => {
        const chip = element("button", "", text);
        chip.type = "button";
        chip.dir = "auto";
        chip.onclick = () => {
          submit(text);
          input.focus();
        };
        return chip;
      }),
    );
  }

  /** The shop's settings, whenever they come. */
  function wear(now?: Face) {
    worn = "";
    for (const one of log.querySelectorAll(".bot")) one.replaceChildren(avatar(now));
    if (now?.botName) ear.botName(now.botName);
    if (lastNumber === 0) ear.anew();
    showState();
  }

  function showState() {
    const owner = state?.status === "resolved" ? "bot" : (state?.owner ?? "bot");
    who.textContent =
      owner === "person"
        ? t.speaks.replace("{name}", state?.name || t.someone)
        : owner === "waiting"
          ? state?.place
            ? t.inLine.replace("{n}", String(state.place))
            : t.waiting
          : frame.face?.disclosure === false
            ? t.assistant
            : t.program;
    const whose = owner === "person" ? `p${state?.name ?? ""} ${state?.picture ?? ""}` : "bot";
    if (whose !== worn)
      face.replaceChildren(
        owner === "person" ? portrait(at(state?.picture), state?.name || t.someone) : avatar(frame.face),
      );
    worn = whose;
    wish.textContent = owner === "waiting" ? t.bot : t.person;
    acts.hidden = owner === "person";
    hide(leave, input, owner !== "waiting" || !alone || !!leave.dataset.kept);
    copy.button.hidden = lastNumber === 0;
    hide(
      rate,
      input,
      state?.status !== "resolved" || state.score > 0 || !!rate.dataset.kept || frame.face?.askScore === false,
    );
    showChips();
    for (const [number, foot] of read) {
      if (number > (state?.readByTeam ?? 0)) continue;
      foot.textContent += ` · ${t.read}`;
      read.delete(number);
    }
  }

  function readAll() {
    if (!isOpen() || document.visibilityState !== "visible") return;
    frame.unread(0);
    if (lastNumber > (state?.readByVisitor ?? 0)) talk.read(lastNumber);
  }

  const ear: Ear = {
    messages(list) {
      const follow = atEnd();
      for (const m of list) show(m);
      showState();
      const others = list.filter((m) => m.author !== "visitor");
      if (others.length > 0) hint("");
      for (const m of others) frame.tell("message", { number: m.number, author: m.author, text: m.text ?? "" });
      if (!isOpen() && others.length > 0) frame.unread(lastNumber - (state?.readByVisitor ?? 0));
      if (follow || list.some((m) => m.author === "visitor")) toEnd();
      readAll();
    },
    state(s) {
      const moved = s?.owner !== state?.owner || s?.status !== state?.status;
      state = s;
      if (s && s.readByVisitor >= s.lastNumber) frame.unread(0);
      showState();
      if (moved && s) frame.tell("state", { owner: s.owner, status: s.status, name: s.name });
    },
    outbox(list: Waiting[]) {
      waiting.replaceChildren(
        ...list.map((w) => {
          const [one, foot] = bubble("visitor", "", w.text, w.failed ? `${t.unsent} ` : t.sending);
          if (w.failed) {
            one.classList.add("fail");
            const next = element("button", "", w.forGood ? t.remove : t.again);
            next.type = "button";
            next.onclick = () => {
              if (w.forGood) talk.remove(w.clientId);
              else talk.again(w.clientId);
              input.focus();
            };
            foot.append(next);
          }
          return one;
        }),
      );
      if (list.length > 0) {
        lastAuthor = "visitor";
        showChips();
        toEnd();
      }
    },
    typing(name) {
      hint(t.typing.replace("{name}", name || t.someone));
      clearTimeout(typingTimer);
      typingTimer = window.setTimeout(() => hint(""), TYPING_SHOWN_MS);
    },
    place(place) {
      if (state?.owner !== "waiting") return;
      state.place = place;
      showState();
    },
    online(is) {
      if (is) hint("");
      else if (!input.disabled) tellUser(t.offline, true); // who is blocked has been told why
    },
    unread(count) {
      if (!isOpen()) frame.unread(count);
    },
    botName(name) {
      if (name) botName = name;
      title.textContent = botName;
      for (const one of log.querySelectorAll(".bot")) one.nextSibling?.replaceWith(botName); // drawn before it was known
    },
    gone: () => frame.gone(),
    stranger() {
      setInput("");
      leave.reset();
      copy.form.reset();
      hide(copy.form, input);
      going.replaceChildren();
      input.disabled = send.disabled = wish.disabled = false;
      settle();
    },
    blocked() {
      tellUser(t.blocked, true);
      input.disabled = send.disabled = wish.disabled = true;
    },
    anew() {
      lastDay = "";
      lastNumber = 0;
      read.clear();
      lastAuthor = "";
      alone = false;
      delete leave.dataset.kept;
      delete rate.dataset.kept;
      hide(rate, input); // until it is known how this one stands
      rate.reset();
      const [hello] = bubble("bot", botName, frame.face?.greeting || t.hello, "");
      sent.replaceChildren(hello);
      showChips();
    },
  };
  const talk = frame.rehearse ? rehearsal(ear, frame.rehearse) : new Talk(frame, ear);
  wear(frame.face);
  frame.worn = wear;
  talk.start();

  // ---- what the visitor does ----

  function submit(text: string) {
    const words = text.trim();
    if (!words) return false;
    // Code points, as the server counts.
    if (Array.from(words).length > TEXT_MAX) {
      tellUser(t.tooLong, true);
      return false;
    }
    settle();
    talk.send(words);
    return true;
  }
  function grow() {
    input.style.height = "auto";
    input.style.height = `${Math.min(input.scrollHeight + 2, 120)}px`;
  }
  function keep() {
    try {
      sessionStorage.setItem(draft, input.value);
    } catch {
      // The draft lives as long as the page then.
    }
  }
  function setInput(text: string) {
    input.value = text;
    keep();
    grow();
  }
  form.onsubmit = (e) => {
    e.preventDefault();
    if (submit(input.value)) setInput("");
    input.focus();
  };
  input.oninput = () => {
    grow();
    keep();
    talk.typing();
  };
  // Enter that ends a composition (Chinese input) belongs to the input method. Safari ends the composition before that
  // key is told, and says so in the deprecated keyCode alone.
  input.onkeydown = (e) => {
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    if (e.key !== "Enter" || e.shiftKey || e.isComposing || e.keyCode === 229) return;
    e.preventDefault();
    form.requestSubmit();
  };
  wish.onclick = () => {
    if (wishing) return;
    wishing = true;
    talk
      .wish(state?.owner === "waiting" ? "bot" : "person")
      .catch(() => tellUser(t.failed, true))
      .finally(() => (wishing = false));
  };

  if (talk instanceof Talk) {
    pictures({
      box,
      form,
      input,
      waiting: going,
      t,
      send: (file, clientId, progress) => talk.sendPicture(file, clientId, progress),
      tell: tellUser,
      settle,
      shown: toEnd,
    });
  }

  // The keyboard of a phone or a tablet makes the visible part smaller, and may move it down the page, without telling the
  // page's height. What stood at its end stays there; a page that is enlarged by two fingers is left alone.
  const view = window.visualViewport;
  const fit = () => {
    if (!view || view.scale > 1.01) return;
    const follow = atEnd();
    box.style.setProperty("--h", `${view.height}px`);
    box.style.setProperty("--y", `${view.offsetTop}px`);
    box.style.setProperty("--b", `${Math.max(0, innerHeight - view.height - view.offsetTop)}px`);
    if (follow) toEnd();
  };
  view?.addEventListener("resize", fit);
  view?.addEventListener("scroll", fit);
  fit();

  let hello: HTMLElement | undefined;
  function hush() {
    hello?.remove();
    hello = undefined;
  }
  function greet(text: string) {
    hush();
    hello = element("div", "n");
    hello.role = "status";
    const words = element("button", "", text);
    words.dir = "auto";
    words.onclick = () => setOpen(true);
    const away = element("button", "", "×");
    away.ariaLabel = t.close;
    away.onclick = hush;
    hello.append(words, away);
    launcher.before(hello);
  }

  function setOpen(open: boolean) {
    hush();
    if (open === isOpen()) return;
    box.hidden = !open;
    box.ariaModal = String(open && fills());
    launcher.ariaExpanded = String(open);
    frame.tell(open ? "open" : "close");
    if (open) {
      grow();
      toEnd();
      if (!frame.rehearse) input.focus(); // in the console's preview the form keeps it
      readAll();
    } else {
      launcher.focus();
    }
  }
  close.onclick = () => setOpen(false);
  /** Where the chat is all that is seen, the keys stay in it: behind it nobody would see where they are. */
  const fills = () => box.offsetWidth >= document.documentElement.clientWidth;
  const around = (e: KeyboardEvent) => {
    if (!fills()) return;
    const stops = [...box.querySelectorAll<HTMLElement>("button,a,input,textarea,.log")].filter(
      (one) => one.offsetParent && !(one as HTMLButtonElement).disabled,
    );
    const [from, to] = e.shiftKey ? [stops[0], stops.at(-1)] : [stops.at(-1), stops[0]];
    if (root.activeElement !== from) return;
    e.preventDefault();
    to?.focus();
  };
  box.onkeydown = (e) => {
    if (e.key === "Escape" && !e.isComposing) setOpen(false);
    if (e.key === "Tab") around(e);
  };
  document.addEventListener("visibilitychange", readAll);
  try {
    input.value = sessionStorage.getItem(draft) ?? "";
  } catch {
    // No draft.
  }

  return {
    open: () => setOpen(true),
    close: () => setOpen(false),
    isOpen,
    greet,
    send: (text) => void submit(text),
    identify: (token) => talk.identify(token),
    logout: () => talk.logout(),
    destroy() {
      talk.end();
      sized.disconnect();
      document.removeEventListener("visibilitychange", readAll);
      view?.removeEventListener("resize", fit);
      view?.removeEventListener("scroll", fit);
    },
  };
}

window.chathubPanel = panel;
