import { describe, expect, it } from "vitest";
import { eventReader } from "./events";

type Event = [type: string, data: string];

/** What is told of these bytes when they come in pieces of so many. */
function told(bytes: Uint8Array, size: number): Event[] {
  const heard: Event[] = [];
  const read = eventReader((type, data) => heard.push([type, data]));
  for (let at = 0; at < bytes.length; at += size) read(bytes.subarray(at, at + size));
  return heard;
}
const bytesOf = (text: string) => new TextEncoder().encode(text);

describe("server events", () => {
  const cases: [string, string, Event[]][] = [
    [
      "as our server writes them",
      'retry: 3000\n\nid: 7\nevent: typing\ndata: {"side":"team"}\n\n',
      [["typing", '{"side":"team"}']],
    ],
    ["without a name", "data: a\n\n", [["message", "a"]]],
    ["of several lines", "data: a\ndata:\ndata: b\n\n", [["message", "a\n\nb"]]],
    [
      "without the space, or with two",
      "event:state\ndata:a\n\ndata:  b\n\n",
      [
        ["state", "a"],
        ["message", " b"],
      ],
    ],
    [
      "among comments and fields that nobody knows",
      ": keep\n:\ndata: a\nfoo: b\nbar\n: data: c\n\n",
      [["message", "a"]],
    ],
    ["whose name was said without data: it is not the next one's", "event: ended\n\ndata: a\n\n", [["message", "a"]]],
    ["behind a byte order mark", "\ufeffdata: a\n\n", [["message", "a"]]],
    [
      "with characters of many bytes, and line ends that are none here",
      "data: 乌龙 🍵 \u2028 \u0085 ñ\n\n",
      [["message", "乌龙 🍵 \u2028 \u0085 ñ"]],
    ],
    ["that has not ended is none", "data: a\n\ndata: b\n", [["message", "a"]]],
  ];
  for (const [name, text, expected] of cases)
    for (const end of ["\n", "\r\n", "\r"])
      it(`${name}, lines ended by ${JSON.stringify(end)}, in pieces of every size`, () => {
        const bytes = bytesOf(text.replaceAll("\n", end));
        for (let size = 1; size <= bytes.length; size++) expect(told(bytes, size)).toEqual(expected);
      });
  it("with all three line ends, one behind the other", () => {
    const bytes = bytesOf("event: state\r\ndata: a\rdata: b\n\r\ndata: c\r\rdata: d\n\n");
    const expected = [
      ["state", "a\nb"],
      ["message", "c"],
      ["message", "d"],
    ];
    for (let size = 1; size <= bytes.length; size++) expect(told(bytes, size)).toEqual(expected);
  });
  it("are told when they end, not with what comes next", () => {
    const heard: string[] = [];
    const read = eventReader((_, data) => heard.push(data));
    for (const [piece, expected] of [
      ["data: a\r\r", ["a"]],
      ["\ndata: b\n", ["a"]],
      ["\n", ["a", "b"]],
    ] as const) {
      read(bytesOf(piece));
      expect(heard).toEqual(expected);
    }
  });
  it("with bytes that are no UTF-8 go on behind them", () => {
    const bytes = Uint8Array.from([...bytesOf("data: a"), 0xff, 0xc3, ...bytesOf("\n\ndata: b\n\n")]);
    for (let size = 1; size <= bytes.length; size++)
      expect(told(bytes, size)).toEqual([
        ["message", "a\ufffd\ufffd"],
        ["message", "b"],
      ]);
  });
  it("in a line, or of lines, that never end are given up, and little is kept of them", () => {
    for (const [piece, most] of [
      ["x".repeat(1000), 70],
      ["data: 0123456789\n".repeat(50), 140],
    ] as const) {
      const read = eventReader(() => expect.unreachable());
      let pieces = 0;
      expect(() => {
        for (; pieces < 1000; pieces++) read(bytesOf(piece));
      }).toThrow(RangeError);
      expect(pieces).toBeLessThan(most);
    }
  });
  it("without an end to their number are as many as they are", () => {
    let count = 0;
    const read = eventReader(() => count++);
    for (let i = 0; i < 1000; i++) read(bytesOf(`event: beat\ndata: ${"x".repeat(1000)}\n\n: comment\n`));
    expect(count).toBe(1000);
  });
});
