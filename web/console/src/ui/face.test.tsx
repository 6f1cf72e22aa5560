import { renderToStaticMarkup } from "react-dom/server";
import { afterEach, describe, expect, it, vi } from "vitest";

vi.hoisted(() => {
  vi.stubGlobal("window", { location: { origin: "https://console.example" } });
  vi.stubGlobal("document", { cookie: "lang=en" });
});

import { faceOf } from "../pages/shop/chat-preview";
import type { ChatValues } from "../pages/shop/chat-values";
import { Face } from "./face";
import { fitted } from "./face-upload";

describe("the picture of who answers", () => {
  it("is their own, else the first letter of their name", () => {
    expect(renderToStaticMarkup(<Face picture="/chat-faces/a" name="Anna" />)).toContain(
      '<img class="face" src="/chat-faces/a" alt=""/>',
    );
    expect(renderToStaticMarkup(<Face name="anna" />)).toContain(">A</span>");
    expect(renderToStaticMarkup(<Face picture={null} name="🙂 Li" />)).toContain(">🙂</span>");
    expect(renderToStaticMarkup(<Face name="" />)).toContain(">•</span>");
  });
  it("is shown in the preview before an address elsewhere", () => {
    const values = { avatarUrl: "https://tea.example/a.png" } as unknown as ChatValues;
    expect(faceOf(values, "en").avatarUrl).toBe("https://tea.example/a.png");
    expect(faceOf({ ...values, avatarUrl: "" }, "en").avatarUrl).toBeNull();
    expect(faceOf(values, "en", "/chat-faces/a").avatarUrl).toBe("https://console.example/chat-faces/a");
  });
});

describe("a picture that is chosen", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });
  const photo = new Blob(["a photo"], { type: "image/jpeg" });
  it("is made small: its middle", async () => {
    const drawn: unknown[] = [];
    const canvas = {
      width: 0,
      height: 0,
      getContext: () => ({ drawImage: (_image: unknown, ...where: number[]) => drawn.push(where) }),
      toBlob: (done: (made: Blob) => void, type: string) => done(new Blob(["small"], { type })),
    };
    vi.stubGlobal("document", { createElement: () => canvas });
    vi.stubGlobal("createImageBitmap", () => Promise.resolve({ width: 4000, height: 3000, close: () => undefined }));
    const made = await fitted(photo);
    expect([made.type, await made.text()]).toEqual(["image/webp", "small"]);
    expect(drawn).toEqual([[500, 0, 3000, 3000, 0, 0, 256, 256]]);
  });
  it("goes as it is when it moves, and when this browser cannot read it", async () => {
    const gif = new Blob(["GIF"], { type: "image/gif" });
    expect(await fitted(gif)).toBe(gif);
    vi.stubGlobal("createImageBitmap", () => Promise.reject(new Error("not a picture")));
    expect(await fitted(photo)).toBe(photo);
  });
});
