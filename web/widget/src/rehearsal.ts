/* rehearsal.ts: in place of the wire, in the console's preview: what is written is answered by the same code as a shopper is,
 * and nothing of it is kept. */
import type { Preview } from "./shared";
import type { Ear, Message, Talk } from "./talk";

export type Line = Pick<
  Talk,
  | "start"
  | "send"
  | "again"
  | "remove"
  | "typing"
  | "read"
  | "wish"
  | "email"
  | "transcript"
  | "rate"
  | "sendPicture"
  | "identify"
  | "logout"
  | "end"
>;

export function rehearsal(ear: Ear, answer: Preview["rehearse"]): Line {
  let number = 0;
  const say = (author: Message["author"], text: string) => {
    number += 1;
    ear.messages([{ number, author, name: "", text, at: new Date().toISOString() }]);
  };
  return {
    start: () => undefined,
    send(text) {
      say("visitor", text);
      ear.typing("");
      answer(text).then(
        (words) => {
          ear.online(true);
          if (words) say("bot", words);
        },
        () => ear.online(false),
      );
    },
    again: () => undefined,
    remove: () => undefined,
    typing: () => undefined,
    read: () => undefined,
    wish: () => Promise.resolve(),
    sendPicture: () => Promise.reject(new Error()), // nothing is kept, so nothing can be shown
    email: () => Promise.resolve(),
    transcript: () => Promise.reject(new Error()), // nor sent
    rate: () => Promise.resolve(),
    identify: () => Promise.resolve(false), // nobody is a customer here
    logout() {
      number = 0;
      ear.anew();
    },
    end: () => undefined,
  };
}
