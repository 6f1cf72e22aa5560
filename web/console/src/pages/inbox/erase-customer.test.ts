import { describe, expect, it, vi } from "vitest";
import { eraseCustomer } from "./erase-customer";

const server = vi.hoisted(() => {
  const fetch = vi.fn<(request: Request) => Promise<Response>>();
  vi.stubGlobal("window", { location: { origin: "https://console.example" } });
  vi.stubGlobal("fetch", fetch);
  return fetch;
});

const json = (status: number, body: object) => Promise.resolve(Response.json(body, { status }));
const asked = () => server.mock.calls.map(([{ method, url }]) => `${method} ${new URL(url).pathname}`);

describe("a customer of more browsers than one request takes out", () => {
  it("is asked for until the server names no other", async () => {
    server.mockReset();
    server.mockReturnValueOnce(json(200, { browsers: 100, next: 7 }));
    server.mockReturnValueOnce(json(200, { browsers: 100, next: 9 }));
    server.mockReturnValueOnce(json(200, { browsers: 3, next: null }));
    await eraseCustomer(7);
    expect(asked()).toEqual([
      "DELETE /api/inbox/7/customer",
      "DELETE /api/inbox/7/customer",
      "DELETE /api/inbox/9/customer",
    ]);
  });
  it("is not said to be gone when a request fails on the way", async () => {
    server.mockReset();
    server.mockReturnValueOnce(json(200, { browsers: 100, next: 7 }));
    server.mockReturnValueOnce(json(503, { error: "busy", message: "Busy." }));
    await expect(eraseCustomer(7)).rejects.toMatchObject({ status: 503 });
    expect(asked()).toHaveLength(2);
  });
});
