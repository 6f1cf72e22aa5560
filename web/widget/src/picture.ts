/* picture.ts: pictures in the chat: chosen, pasted or dropped, with their progress while they go, and shown as links. */
import { Refused } from "./talk";
import type { Texts } from "./texts";

export interface Image {
  type: string;
  size: number;
  width: number;
  height: number;
  url: string;
}
export const PICTURE_TYPES = "image/jpeg,image/png,image/webp,image/gif";
const PICTURE_MAX = 5 << 20;

/** A picture that can be opened. Where the page's policy forbids it, its name stays as a link. */
export function picture(base: string, image: Image, name: string): HTMLElement {
  const link = document.createElement("a");
  link.href = base + image.url;
  link.target = "_blank";
  link.rel = "noopener";
  const img = document.createElement("img");
  img.alt = name;
  img.width = image.width;
  img.height = image.height;
  img.onerror = () => link.replaceChildren(name);
  img.src = link.href;
  link.append(img);
  return link;
}

/** Drawn, since not every machine has a font for signs. */
function clipDrawing(): Element {
  const ns = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(ns, "svg");
  const path = document.createElementNS(ns, "path");
  const look = { viewBox: "0 0 24 24", width: "24", fill: "none", stroke: "currentColor", "stroke-width": "2" };
  for (const [name, value] of Object.entries(look)) svg.setAttribute(name, value);
  path.setAttribute("d", "M3 6h18v13H3Zm0 10 5-5 5 5 3-3 5 4M16 9.5h.01");
  path.setAttribute("stroke-linejoin", "round");
  path.setAttribute("stroke-linecap", "round");
  svg.append(path);
  return svg;
}

interface Wants {
  box: HTMLElement;
  form: HTMLFormElement;
  input: HTMLTextAreaElement;
  waiting: HTMLElement; // where a picture stands while it goes
  t: Texts;
  send: (file: File, clientId: string, progress: (part: number) => void) => Promise<void>;
  tell: (text: string, bad: boolean) => void;
  settle: () => void; // what an earlier act was told goes
  shown: () => void;
}

export function pictures({ box, form, input, waiting, t, send, tell, settle, shown }: Wants) {
  const chooser = document.createElement("input");
  chooser.type = "file";
  chooser.accept = PICTURE_TYPES;
  chooser.multiple = true;
  chooser.hidden = true;
  const clip = document.createElement("button");
  clip.type = "button";
  clip.className = "clip";
  clip.ariaLabel = clip.title = t.attach;
  clip.append(clipDrawing());
  clip.onclick = () => chooser.click();
  form.prepend(chooser, clip);

  function go(file: File) {
    if (file.size > PICTURE_MAX) {
      tell(t.tooBig, true);
      return;
    }
    const clientId = crypto.randomUUID();
    const one = document.createElement("div");
    one.className = "m mine";
    const name = document.createElement("div");
    name.className = "b";
    name.dir = "auto";
    name.textContent = file.name || "image";
    const foot = document.createElement("div");
    foot.className = "at";
    one.append(name, foot);
    waiting.append(one);
    const attempt = () => {
      one.classList.remove("fail");
      foot.textContent = t.sending;
      shown();
      send(file, clientId, (part) => (foot.textContent = `${t.sending} ${Math.round(part * 100)} %`)).then(
        () => one.remove(),
        (e: unknown) => {
          one.classList.add("fail");
          foot.textContent = `${e instanceof Error && e.message ? e.message : t.unsent} `;
          const next = document.createElement("button");
          next.type = "button";
          next.textContent = t.again;
          next.onclick = attempt;
          if (e instanceof Refused && e.forGood) {
            next.textContent = t.remove;
            next.onclick = () => {
              one.remove();
              input.focus();
            };
          }
          foot.append(next);
        },
      );
    };
    attempt();
  }
  const goAll = (files: File[]) => {
    settle();
    files.forEach(go);
  };
  const take = (list: FileList | null | undefined) => {
    const images = Array.from(list ?? []).filter((file) => file.type.startsWith("image/"));
    if (images.length > 0) goAll(images);
    return images.length > 0;
  };
  chooser.onchange = () => {
    goAll(Array.from(chooser.files ?? []));
    chooser.value = "";
    input.focus();
  };
  input.onpaste = (e) => {
    if (take(e.clipboardData?.files)) e.preventDefault();
  };
  box.ondragover = (e) => {
    if (e.dataTransfer?.types.includes("Files")) e.preventDefault();
  };
  box.ondrop = (e) => {
    if (!e.dataTransfer?.types.includes("Files")) return;
    e.preventDefault();
    if (!take(e.dataTransfer.files)) tell(t.noPicture, true);
  };
}
