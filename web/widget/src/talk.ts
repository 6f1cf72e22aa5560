/* talk.ts: the wire (docs/chat-protocol.md): a session, and a line on which this browser hears: a socket, or a stream of
 * server events where a proxy lets no socket through (it refuses the handshake, swallows it, or cuts what it has let through
 * at once). While the stream is read a socket is tried again now and then, and ends the stream when it speaks. Where no stream
 * comes through either there are looks.
 *
 * One line a browser: the tab that holds the lock has it and tells the others over a BroadcastChannel; they tell it who types.
 * Messages and what was read go by POST from each tab. A message lies in the outbox, in storage, from Enter until its
 * acknowledgement, under an id of its own: sent twice it is the same message. All tabs write into the one storage: what a
 * tab knows is put beside what stands there, unless somebody else sits here since. What was missed is read from the number of
 * the last message seen; a stream begins with what happens from now on, since who typed an hour ago types no more. */
import type { Card } from "./cards";
import { eventReader } from "./events";
import type { Image } from "./picture";
import { storeOf, type Frame } from "./shared";

export interface Message {
  number: number;
  author: "visitor" | "bot" | "person" | "house";
  name: string;
  picture?: string; // of who answers, at this server
  text: string | null; // null in an event: too long for one, to be read
  at: string;
  clientId?: string;
  image?: Image;
  cards?: Card[]; // of the bot: products beside its words
  notice?: string; // of the house: what it says, as a name
}
export interface State {
  beganAt: string; // another one: a new conversation, whose numbers begin with 1
  status: "open" | "snoozed" | "resolved";
  owner: "bot" | "waiting" | "person";
  name: string;
  picture?: string; // of the person who speaks
  place?: number; // in the line of those who wait for a person
  score: number; // the visitor's, after the end; 0: none
  lastNumber: number;
  readByVisitor: number;
  readByTeam: number;
}
export interface Waiting {
  clientId: string;
  text: string;
  failed?: boolean;
  forGood?: boolean; // sent again it would be refused again
}
export interface Ear {
  messages(list: Message[]): void;
  state(state: State | null): void;
  outbox(list: Waiting[]): void;
  typing(name: string): void;
  place(place: number): void;
  online(is: boolean): void;
  unread(count: number): void;
  botName(name: string): void;
  gone(): void; // there is no chat here
  blocked(): void;
  stranger(): void; // somebody else sits here: nothing that was typed is theirs
  anew(): void; // another visitor, or another conversation: forget what is shown
}
interface Session {
  token: string;
  anew: boolean; // another visitor than the token's
  botName: string;
  unread: number;
  conversation: State | null;
}
interface Kept {
  token: string;
  who: string; // drawn for whom the token is: it is a new one with each page, and this is not; "": nobody yet
  outbox: Waiting[];
}
/** Until when a way is not tried again: the next page of the shop need not find out by itself. */
interface Shut {
  socket?: number;
  stream?: number;
}
type Told = { type: string } & Partial<Message> &
  Partial<State> & {
    token?: string;
    who?: string;
    was?: string; // `who` has left
    side?: string;
    conversation?: State | null;
    messages?: Message[];
    more?: boolean;
    error?: string;
  };

const PROTOCOL = "chathub.chat.1";
const FIRST_MS = 500; // and up to SPREAD_MS more: after a restart of the server all come back
const SPREAD_MS = 3500;
const RETRY_MS = [2000, 4000, 8000, 15000, 30000];
const FOLLOW_MS = 16000; // a tab that is told looks by itself, too
const POLL_MS = 8000; // where nothing tells
const ASIDE_MS = 2000; // at most: what every tab asks is not asked by all at once
const TYPING_MS = 4000;
const SILENT_MS = 45000; // a socket beats each 25 s, a stream each 15: after this without a word it is dead, whatever it says
const HELLO_MS = 10000; // a line that was asked for, and says nothing
const CUT_MS = 10000; // a line that ends sooner counts as none; a socket, without a farewell, was cut by what stands between
const CUTS = 2; // in a row: no socket comes through here
const SHUT_MS = 300_000;
const LOOK_MS = 30_000; // whether it is time to try one again
const ANSWER_MS = 20000; // a server that takes a question and never answers it

export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    words = code,
  ) {
    super(words);
  }
  /** It is what was sent that is refused, not who sends it or when: the same again can only be refused again. */
  get forGood() {
    return [400, 409, 413, 415, 422].includes(this.status);
  }
}

/** null: nothing is there; undefined: storage cannot be had or read. */
function read(name: string): unknown {
  try {
    return JSON.parse(localStorage.getItem(name) ?? "null");
  } catch {
    return undefined;
  }
}
function write(name: string, value: unknown): boolean {
  try {
    localStorage.setItem(name, JSON.stringify(value));
    return true;
  } catch {
    return false; // this page alone remembers
  }
}

export class Talk {
  private kept: Kept = { token: "", who: "", outbox: [] };
  private last = 0;
  private conversation = "";
  private socket: WebSocket | undefined;
  private stream: AbortController | undefined;
  private spokeAt = 0; // when the line that there is spoke first; 0: none has
  private shut: Shut = {};
  private cuts = 0;
  private eager = false; // the network is another one, perhaps: a socket is tried although the last ones were cut
  private led = 0; // when the tab that leads was heard last
  private attempts = 0;
  private timer = 0;
  private watch = 0;
  private silence = 0;
  private typedAt = 0;
  private over = false;
  private leads = false;
  private flushing = false;
  private wrote = false; // storage keeps what it is given
  private begun = false; // since somebody else sits here
  private readonly sent = new Set<string>(); // what no outbox holds any more, whatever another tab still knows
  private readonly gone = new Set<string>(); // who sat here before
  private life = 0; // grows with each change of who this is: answers to questions of before are dropped
  private channel: BroadcastChannel | undefined;
  private release: (() => void) | undefined;
  private readonly name: string;

  constructor(
    private readonly frame: Frame,
    private readonly ear: Ear,
  ) {
    this.name = storeOf(frame.shop);
    this.load();
    this.ear.outbox(this.kept.outbox);
  }

  // ---- what is kept in the browser ----

  /** What the other tabs have written. False: somebody else sits here since; nothing of this tab is theirs. */
  private load(): boolean {
    const there = read(this.name) as Partial<Kept> | null | undefined; // the first file writes one without `who`
    const { who, token, outbox } = this.kept;
    const now = there?.who ?? "";
    // What another tab has just written may not be seen here yet: nobody becomes again who they were.
    if (there === undefined || this.gone.has(now) || (!there && !this.wrote)) return true;
    this.wrote = true;
    this.kept = { token: there?.token ?? "", who: now, outbox: there?.outbox ?? [] };
    if (who && who !== now) return false;
    const all = new Map([...this.kept.outbox, ...outbox].map((w) => [w.clientId, w]));
    this.kept.outbox = [...all.values()].filter((w) => !this.sent.has(w.clientId));
    this.kept.token ||= token;
    return true;
  }

  /** As `load`; a tab that finds that somebody else sits here shows what is theirs. */
  private isMine(): boolean {
    if (this.load()) return true;
    this.drop();
    this.now();
    return false;
  }

  /** Beside what the others have written; `granted`: the token is new. False: somebody else sits here, and nothing is kept. */
  private save(granted = false): boolean {
    const { token, who } = this.kept;
    if (!this.isMine() || (granted && who !== this.kept.who)) return false;
    if (granted) {
      this.kept.token = token;
      this.kept.who ||= crypto.randomUUID();
    }
    this.wrote = write(this.name, this.kept) || this.wrote;
    this.ear.outbox(this.kept.outbox);
    return true;
  }

  /** Out of the outbox, in every tab that hears of it. */
  private isSent(ids: (string | undefined)[]) {
    for (const id of ids) if (id) this.sent.add(id);
    const left = this.kept.outbox.filter((w) => !this.sent.has(w.clientId));
    if (left.length === this.kept.outbox.length) return;
    this.kept.outbox = left;
    this.save();
  }

  private shutFor(way: keyof Shut, ms: number) {
    this.shut = {
      ...((read(`${this.name}:line`) as Shut | null | undefined) ?? this.shut),
      [way]: ms && Date.now() + ms,
    };
    write(`${this.name}:line`, this.shut);
  }
  private isShut(way: keyof Shut) {
    const left = (((read(`${this.name}:line`) as Shut | null | undefined) ?? this.shut)[way] ?? 0) - Date.now();
    return left > 0 && left <= SHUT_MS; // more: the clock was set back
  }

  // ---- HTTP ----

  private async ask(verb: string, path: string, body?: unknown): Promise<unknown> {
    const headers: Record<string, string> = {};
    const life = this.life;
    const late = new AbortController();
    setTimeout(() => late.abort(), ANSWER_MS);
    if (this.kept.token) headers.Authorization = `Bearer ${this.kept.token}`;
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const answer = await fetch(`${this.frame.base}/api/chat/${this.frame.shop}/${path}`, {
      method: verb,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
      credentials: "omit",
      cache: "no-store",
      signal: late.signal,
    });
    const json = (await answer.json().catch(() => ({}))) as { error?: string };
    if (life !== this.life) throw new Refused(0, "dropped");
    if (answer.ok) return json;
    throw new Refused(answer.status, json.error ?? "");
  }

  // ---- begin and go on ----

  /** One at a time in this browser: two that begin beside each other would be two visitors, and one of them loses its words. */
  async begin(): Promise<boolean> {
    return await navigator.locks.request(`${this.name}:begin`, async () => {
      if (!this.load()) this.drop(); // another tab may have begun, or know who this is now
      return await this.session();
    });
  }

  /** A visitor of this shop, a new one or the one before. */
  private async session(): Promise<boolean> {
    const { language, tag } = this.frame;
    try {
      const visit = read(`${this.name}:visit`) as { id?: string } | null | undefined;
      const s = (await this.ask("POST", "session", {
        ...(visit?.id && { visit: visit.id }), // whom the team sees on the page, and may be talking to already
        // The one that is read here, whatever that of the browser is: notices are in it. With its script and region, if said.
        language:
          [tag, ...navigator.languages].find((one) => one?.toLowerCase().startsWith(language.slice(0, 2))) ?? language,
        // Without what stands behind "?" and "#": that is the shop's and the visitor's own.
        page: (location.origin + location.pathname).replace(/[|^`{}]/g, encodeURIComponent).slice(0, 500),
      })) as Session;
      this.kept.token = s.token;
      if (!this.save(true)) return false;
      this.begun = true;
      this.ear.botName(s.botName);
      this.stand(s.conversation);
      this.ear.unread(s.unread);
      return true;
    } catch (e) {
      this.ear.online(e instanceof Refused && this.kept.token !== "");
      if (!(e instanceof Refused)) return false;
      if (e.status === 404 || e.code === "chat_paused") this.ear.gone();
      else if (e.code === "chat_blocked") this.ear.blocked();
      return false;
    }
  }

  /** From now on everything that is said is heard. */
  start() {
    this.channel = new BroadcastChannel(this.name);
    this.channel.onmessage = (e: MessageEvent<Told>) => {
      if (e.data.side || e.data.type !== "typing") this.led = Date.now();
      this.hear(e.data);
    };
    this.watch = window.setInterval(() => {
      if (this.stream && !this.socket && !this.isShut("socket")) void this.connect();
    }, LOOK_MS);
    addEventListener("online", this.back);
    document.addEventListener("visibilitychange", this.seen);
    void this.connect();
    // The tab that gets the lock has the line; when it is closed the next one gets it.
    void navigator.locks.request(this.name, () => {
      if (this.over) return;
      this.leads = true;
      void this.connect();
      return new Promise<void>((done) => (this.release = done));
    });
  }

  private readonly now = () => {
    this.attempts = 0;
    clearTimeout(this.timer);
    void this.connect();
  };

  /** A stream that was there before may be dead, and nobody has noticed yet. */
  private readonly back = () => {
    this.eager = true;
    this.shutFor("stream", 0);
    this.hangUpStream();
    this.now();
  };

  private readonly seen = () => {
    if (document.visibilityState === "visible" && this.socket?.readyState !== WebSocket.OPEN && !this.stream)
      this.now();
  };

  private later() {
    if (this.over) return;
    clearTimeout(this.timer);
    let wait = this.leads ? POLL_MS : FOLLOW_MS;
    if (this.leads && !this.isShut("stream")) {
      const times = this.attempts++;
      wait = RETRY_MS[Math.min(times, RETRY_MS.length) - 1] ?? 0;
    }
    wait = wait ? wait * (0.75 + Math.random() / 2) : FIRST_MS + Math.random() * SPREAD_MS;
    this.timer = window.setTimeout(() => void this.connect(), wait);
  }

  /** Methods: what they tell may have changed while somebody waited. */
  private mayHear() {
    return !this.over && this.leads && this.kept.token !== "";
  }
  private hears() {
    return this.socket !== undefined || this.stream !== undefined;
  }
  private lived() {
    if (this.spokeAt && Date.now() - this.spokeAt >= CUT_MS) this.attempts = 0;
  }
  /** A line is over. One that has lived lets the next begin soon; those that end at once are tried further and further apart. */
  private lost() {
    this.lived();
    this.spokeAt = 0;
  }

  private async connect() {
    if (this.over) return;
    // With a line it may be the network that is back and not the line that is gone. A tab that only listens has its session
    // from the one that leads, and looks where nothing tells need none.
    const begin = !this.kept.token || (this.leads && !(this.begun && this.isShut("stream")));
    if (!this.hears() && begin && !(await this.begin())) {
      this.later();
      return;
    }
    if (!(await this.catchUp())) return;
    if (await this.flush()) this.lived();
    if (!this.mayHear()) {
      this.later(); // a look now and then, beside what the leading tab tells
      return;
    }
    const looks = this.isShut("stream");
    const stuck = looks || this.isShut("socket") || this.cuts >= CUTS;
    if (!this.socket && (this.eager || !stuck)) this.dial();
    this.eager = false;
    if (this.stream || this.spokeAt || !stuck) return;
    if (looks) this.later();
    else void this.follow();
  }

  /** What the line says, to this tab and the others. */
  private tell(told: Told) {
    this.hear(told);
    this.channel?.postMessage(told);
  }

  /** Without a word to whom it leads: what the line still brings is not for who sits here now. */
  private hangUp() {
    const { socket } = this;
    this.socket = undefined;
    socket?.close();
    this.hangUpStream();
    this.lost();
  }
  private hangUpStream() {
    const { stream } = this;
    if (!stream) return;
    this.stream = undefined;
    stream.abort();
    this.lost();
  }

  private dial() {
    const address = `${this.frame.base.replace(/^http/, "ws")}/chat/${this.frame.shop}/socket`;
    const socket = (this.socket = new WebSocket(address, [PROTOCOL, this.kept.token]));
    const began = Date.now();
    let spoke = false;
    const ended = (cut: boolean) => {
      if (this.socket !== socket) return;
      this.socket = undefined;
      clearTimeout(this.silence);
      socket.close();
      if (this.stream) {
        // Tried beside it, in vain. One that has not spoken says so itself when it does.
        if (this.spokeAt) this.shutFor("socket", SHUT_MS);
        return;
      }
      this.cuts = cut ? this.cuts + 1 : 0;
      this.lost();
      this.later();
    };
    /** Something was heard: the wait for the next word begins anew. */
    const listen = (ms: number) => {
      clearTimeout(this.silence);
      this.silence = window.setTimeout(() => {
        if (this.socket !== socket) return;
        if (spoke)
          this.ear.online(false); // it is open, and nobody is there
        else this.cuts = CUTS;
        ended(!spoke);
      }, ms);
    };
    listen(HELLO_MS);
    socket.onmessage = (e: MessageEvent<string>) => {
      if (this.socket !== socket) return;
      listen(SILENT_MS);
      if (!spoke) {
        spoke = true;
        this.hangUpStream();
        this.spokeAt = Date.now();
        if (this.isShut("socket")) this.shutFor("socket", 0);
      }
      this.tell(JSON.parse(e.data) as Told);
    };
    socket.onclose = ({ wasClean }) => ended(!spoke || (!wasClean && Date.now() - began < CUT_MS));
  }

  private async follow() {
    const stream = (this.stream = new AbortController());
    const left = () => this.stream !== stream;
    let spoke = false;
    let silence = 0;
    /** What stands between keeps it back, or swallows it. */
    const mute = () => {
      if (left()) return;
      this.cuts = 0; // afterwards everything is tried anew
      this.shutFor("stream", SHUT_MS);
    };
    const listen = (ms: number) => {
      const late = Date.now() + ms + ASIDE_MS;
      clearTimeout(silence);
      silence = window.setTimeout(() => {
        if (spoke && !left()) this.ear.online(false);
        if (Date.now() < late) mute(); // else it is the page that slept
        stream.abort();
      }, ms);
    };
    listen(HELLO_MS);
    try {
      const answer = await fetch(`${this.frame.base}/api/chat/${this.frame.shop}/events`, {
        headers: { Accept: "text/event-stream", Authorization: `Bearer ${this.kept.token}` },
        credentials: "omit",
        cache: "no-store",
        signal: stream.signal,
      });
      // The server's own refusal, of the socket too, perhaps: it says nothing of what stands between.
      if (answer.status === 429 || answer.status >= 500) {
        this.cuts = 0;
        throw new Refused(answer.status, "");
      }
      const pieces = answer.ok ? answer.body?.getReader() : undefined;
      const take = eventReader((type, data) => {
        if (!left()) this.tell({ ...(JSON.parse(data) as object), type });
      });
      for (let piece = await pieces?.read(); piece?.value && !left(); piece = await pieces?.read()) {
        listen(SILENT_MS);
        if (!spoke) {
          // Not sooner: what is kept back until it ends is no stream, and a server that is away refuses sockets too.
          this.spokeAt = Date.now();
          this.cuts = 0;
          if (!this.isShut("socket")) this.shutFor("socket", SHUT_MS);
          this.tell({ type: "hello" });
        }
        spoke = true;
        take(piece.value);
      }
      if (!spoke && answer.status !== 401) mute();
    } catch {
      // It has ended, as every line does.
    }
    clearTimeout(silence);
    if (left()) return;
    this.hangUpStream();
    this.later();
  }

  /** Everything behind the last number seen. False: it is tried again later, whether there is a line or not. */
  private async catchUp(): Promise<boolean> {
    try {
      for (let more = true; more;) {
        const after = this.last;
        const page = (await this.ask("GET", `messages?after=${after}&limit=200`)) as {
          messages: Message[];
          more: boolean;
          conversation: State | null;
        };
        // What is behind that number of another conversation is not all of it.
        if (this.stand(page.conversation) || this.last < after) continue;
        this.take(page.messages);
        more = page.more;
      }
      this.ear.online(true);
      return true;
    } catch (e) {
      if (e instanceof Refused) {
        if (e.code === "chat_token") {
          this.kept.token = "";
          this.forget();
        }
      } else {
        this.ear.online(false);
      }
      this.later();
      return false;
    }
  }

  private async look() {
    if (!this.over && this.kept.token && (await this.catchUp())) await this.flush();
  }

  private forget() {
    this.last = 0;
    this.conversation = "";
    this.ear.anew();
  }

  /** How the conversation stands. True: it is another one than before. What is shown belongs to the one before, in each tab, and
   * so does the line, whoever has it, unless it is what tells. */
  private stand(state: State | null, onLine = false): boolean {
    const id = state?.beganAt ?? "";
    const changed = this.conversation !== "" && id !== this.conversation;
    if (changed) {
      this.forget();
      if (!onLine) {
        this.redial();
        this.channel?.postMessage({ type: "reset" });
      }
    }
    this.conversation = id;
    this.ear.state(state);
    return changed;
  }

  private redial() {
    if (!this.hears()) return;
    this.hangUp();
    this.later();
  }

  private take(list: Message[]) {
    const fresh = list.filter((m) => m.number > this.last);
    if (fresh.length === 0) return;
    this.last = Math.max(...fresh.map((m) => m.number));
    this.ear.messages(fresh);
    this.isSent(fresh.map((m) => m.clientId)); // last: it may find that somebody else sits here
  }

  private hear(told: Told) {
    switch (told.type) {
      case "hello":
        this.ear.online(true);
        if (told.conversation) this.stand(told.conversation, true);
        if (this.leads) void this.look();
        else setTimeout(() => void this.look(), Math.random() * ASIDE_MS);
        break;
      case "message": {
        const m = told as Message;
        // The next one, whole: shown as it is. Anything else is read.
        if (m.number === this.last + 1 && m.text !== null) this.take([m]);
        else if (m.number > this.last) void this.catchUp();
        break;
      }
      case "state":
      case "read":
        this.stand(told as State, true);
        break;
      case "place":
        this.ear.place(told.place ?? 0);
        break;
      case "typing":
        if (told.side === "team") this.ear.typing(told.name ?? "");
        else if (!told.side && this.leads) this.sayTyping(); // in the tab that asks
        break;
      case "reset":
        this.forget();
        this.redial();
        void this.look();
        break;
      case "anew": {
        // The tab that acts has written what holds now. A tab that slept hears late: it is who came since.
        const { token = "", who = "", was } = told;
        if (was) this.gone.add(was);
        this.kept = { token, who, outbox: [] };
        if (this.gone.has(who)) this.kept.token = this.kept.who = "";
        this.load();
        this.drop();
        this.now();
        break;
      }
      case "removed":
        this.isSent([told.clientId]);
        break;
      case "ended":
      case "error":
        if (told.error === "chat_paused") this.ear.gone();
        if (told.error === "chat_blocked") this.ear.blocked();
        if (told.error === "chat_token") this.redial();
        break;
    }
  }

  // ---- what the visitor does ----

  send(text: string) {
    const waiting = { clientId: crypto.randomUUID(), text };
    this.isMine(); // if not, who writes is who sits here now
    this.kept.outbox.push(waiting);
    this.save();
    this.typedAt = 0; // who goes on at once is heard at once: the answer waits for it
    void this.flush();
  }

  again(clientId: string) {
    for (const w of this.kept.outbox) if (w.clientId === clientId) delete w.failed;
    this.save();
    void this.flush();
  }

  /** What was refused for good, taken away in every tab. */
  remove(clientId: string) {
    this.isSent([clientId]);
    this.channel?.postMessage({ type: "removed", clientId });
  }

  /** In the order in which they were written, one at a time. False: the rest is tried again later. */
  private async flush(): Promise<boolean> {
    if (this.flushing || this.over) return true;
    if (!this.kept.token) return false; // said before the session is there: who begins it sends this too
    this.flushing = true;
    try {
      for (;;) {
        const next = this.kept.outbox.find((w) => !w.failed);
        if (!next) break;
        try {
          const { message, conversation } = (await this.ask("POST", "messages", next)) as {
            message: Message;
            conversation: State;
          };
          this.stand(conversation);
          if (message.number === this.last + 1) this.take([message]);
          else await this.catchUp();
          this.isSent([next.clientId]);
        } catch (e) {
          if (e instanceof Refused && e.code === "dropped") return false;
          // 4xx will not become better by itself, but for a token that is over and for a limit.
          if (e instanceof Refused && e.code === "chat_token") {
            this.kept.token = "";
            this.hangUp();
            this.later();
            return false;
          }
          if (!(e instanceof Refused) || e.status === 429 || e.status >= 500) {
            this.ear.online(e instanceof Refused);
            this.later();
            return false;
          }
          next.failed = true;
          next.forGood = e.forGood;
          this.save();
        }
      }
      return true;
    } finally {
      this.flushing = false;
    }
  }

  /** A picture goes by itself, as one request that tells its progress. */
  async sendPicture(file: File, clientId: string, progress: (part: number) => void) {
    if (!this.kept.token && !(await this.begin())) throw new Error();
    const life = this.life;
    const { message, conversation } = await this.put(file, clientId, progress);
    if (life !== this.life) return;
    this.stand(conversation);
    if (message.number === this.last + 1) this.take([message]);
    else await this.catchUp();
  }

  private put(file: File, clientId: string, progress: (part: number) => void) {
    const name = Array.from(file.name.replace(/[\p{Cc}\u2028\u2029]/gu, " "))
      .slice(-255)
      .join("");
    const query = new URLSearchParams({ name: name.trim() ? name : "image", clientId });
    return new Promise<{ message: Message; conversation: State }>((done, fail) => {
      const request = new XMLHttpRequest(); // fetch tells no progress of what is sent
      request.open("POST", `${this.frame.base}/api/chat/${this.frame.shop}/images?${query.toString()}`);
      request.setRequestHeader("Authorization", `Bearer ${this.kept.token}`);
      request.setRequestHeader("Content-Type", file.type || "application/octet-stream");
      request.responseType = "json";
      // A slow line may take as long as it goes on: given up is what stands still.
      let still = 0;
      const watch = () => {
        clearTimeout(still);
        still = setTimeout(() => request.abort(), 2 * ANSWER_MS);
      };
      request.upload.onprogress = (e) => {
        watch();
        progress(e.total ? e.loaded / e.total : 0);
      };
      request.onloadend = () => clearTimeout(still);
      request.onabort = request.onerror = () => fail(new Error());
      request.onload = () => {
        const told = request.response as { message: Message & string; conversation: State; error: string } | null;
        if (request.status < 300 && told) done(told);
        else fail(new Refused(request.status, told?.error ?? "", told?.message ?? ""));
      };
      watch();
      request.send(file);
    });
  }

  typing() {
    const at = Date.now();
    if (at - this.typedAt < TYPING_MS || !this.kept.token) return;
    this.typedAt = at;
    this.sayTyping();
  }

  private sayTyping() {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send('{"type":"typing"}');
    else if (!this.leads && Date.now() - this.led < SILENT_MS) this.channel?.postMessage({ type: "typing" });
    else void this.say("typing", {});
  }

  read(number: number) {
    void this.say("read", { number });
  }

  /** Nothing hangs on it: the next one says it again. */
  private async say(path: string, body: unknown) {
    try {
      const { conversation } = (await this.ask("POST", path, body)) as { conversation: State };
      if (this.stand(conversation)) await this.look();
    } catch {
      // As above.
    }
  }

  /** "person": somebody of the team is wished for; "bot": it may answer again. */
  async wish(what: "person" | "bot") {
    if (!this.kept.token && !(await this.begin())) throw new Error(); // pressed before the first word
    const { conversation } = (await this.ask("POST", what, {})) as { conversation: State };
    this.stand(conversation);
    await this.catchUp();
  }

  /** Where an answer may be sent when nobody is there. */
  async email(email: string) {
    if (!this.kept.token && !(await this.begin())) throw new Error();
    await this.ask("POST", "email", { email });
  }

  /** Who this is from now on, in all tabs; "": nobody yet. */
  private become(token: string) {
    const { who: was } = this.kept;
    if (was) this.gone.add(was);
    this.kept = { token, who: token && crypto.randomUUID(), outbox: [] };
    if (token) this.wrote = write(this.name, this.kept);
    else {
      try {
        localStorage.removeItem(this.name);
      } catch {
        // Nothing was kept.
      }
    }
    this.drop();
    this.channel?.postMessage({ type: "anew", token, who: this.kept.who, was });
    this.now();
  }

  /** A copy of the conversation by mail. */
  async transcript(email: string) {
    await this.ask("POST", "transcript", { email });
  }

  /** How it was, once it has ended. */
  async rate(score: number, words: string) {
    await this.ask("POST", "score", words ? { score, words } : { score });
  }

  /** Somebody else from now on, in this tab: what is shown and on its way is the other's. */
  private drop() {
    this.life++;
    this.begun = false;
    this.ear.stranger();
    this.ear.outbox(this.kept.outbox);
    this.forget();
    this.hangUp();
  }

  /** The customer whom this statement of the shop names. What waits to be sent is theirs, unless somebody else wrote it. */
  async identify(token: string): Promise<boolean> {
    const known = this.kept.token !== "";
    try {
      const s = (await this.ask("POST", "identify", { token })) as Session;
      const other = known && s.anew;
      if (other) this.become(s.token);
      else {
        this.kept.token = s.token;
        if (!this.save(true)) return false;
        this.life++;
      }
      this.stand(s.conversation);
      this.ear.unread(s.unread);
      if (!other) this.now();
      return true;
    } catch {
      return false;
    }
  }

  /** Nobody any more: the next word is a new visitor's. */
  logout() {
    if (this.kept.token) void this.ask("POST", "logout", {}).catch(() => undefined); // it ends by itself one day
    this.become("");
  }

  end() {
    this.over = true;
    clearTimeout(this.timer);
    clearInterval(this.watch);
    clearTimeout(this.silence);
    removeEventListener("online", this.back);
    document.removeEventListener("visibilitychange", this.seen);
    this.channel?.close();
    this.release?.();
    this.hangUp();
  }
}
