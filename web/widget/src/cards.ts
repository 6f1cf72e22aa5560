/* cards.ts: products beside a reply of the bot. All of it is set as text; an address that is not of the web is none. */
import type { Texts } from "./texts";

export interface Card {
  id: string;
  title: string;
  price: string | null;
  from: boolean;
  available: boolean;
  url: string | null;
  image: string | null;
}
const isWeb = (url: string | null): url is string => /^https?:\/\//i.test(url ?? "");

function card({ title, price, from, available, url, image }: Card, t: Texts): HTMLElement {
  const one = document.createElement(isWeb(url) ? "a" : "div");
  one.className = "card";
  if (one instanceof HTMLAnchorElement && isWeb(url)) {
    one.href = url;
    one.target = "_blank";
    one.rel = "noopener nofollow ugc";
  }
  if (isWeb(image)) {
    const img = document.createElement("img");
    img.alt = "";
    img.width = img.height = 56;
    img.loading = "lazy";
    img.referrerPolicy = "no-referrer";
    img.onerror = () => img.remove(); // gone, or the page's policy forbids it
    img.src = image;
    one.append(img);
  }
  const words = document.createElement("span");
  const name = document.createElement("span");
  name.dir = "auto";
  name.textContent = title;
  const facts = document.createElement("span");
  facts.className = "dim";
  const cost = price === null ? "" : from ? t.from.replace("{price}", () => price) : price;
  facts.textContent = [cost, available ? "" : t.soldOut].filter(Boolean).join(" · ");
  words.append(name, facts);
  one.append(words);
  return one;
}

export function cards(list: Card[], t: Texts): HTMLElement {
  const all = document.createElement("div");
  all.className = "cards";
  all.append(...list.map((one) => card(one, t)));
  return all;
}
