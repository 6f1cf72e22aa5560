/* events.ts: server events out of the pieces of an answer, where no socket can be had (docs/chat-protocol.md). A browser's
 * EventSource would do it, but sends no token; so the answer to a fetch is read, by the same rules. A piece may end within
 * a character, a line end or anything else. */

/** In characters, of a line and of an event; the server's have 4 KiB. */
const EVENT_MAX = 65_536;

/** What takes the pieces, and tells each event once it is whole. `id` and `retry` are passed over: what is missed is read from
 * the number of the last message. Throws at an event that does not end. */
export function eventReader(tell: (type: string, data: string) => void): (piece: Uint8Array) => void {
  const decoder = new TextDecoder();
  let rest = ""; // a line that is not whole
  let half = false; // the last piece ended with CR: an LF that comes first now belongs to it
  let type = "";
  let data = "";
  const take = (line: string) => {
    if (line === "") {
      if (data !== "") tell(type || "message", data.slice(0, -1));
      type = data = "";
      return;
    }
    const colon = line.indexOf(":");
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "data") data += `${value}\n`;
    else if (name === "event") type = value; // of a comment the name is empty
  };
  return (piece) => {
    const text = decoder.decode(piece, { stream: true });
    if (text === "") return;
    const lines = (rest + (half && text.startsWith("\n") ? text.slice(1) : text)).split(/\r\n|\r|\n/);
    half = text.endsWith("\r");
    rest = lines.pop() ?? "";
    for (const line of lines) take(line);
    if (rest.length + data.length > EVENT_MAX) throw new RangeError("an event without an end");
  };
}
