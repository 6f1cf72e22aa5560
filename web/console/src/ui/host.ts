/* The host name in whatever somebody pasted: "https://shop.example.com/de/?x=1" is "shop.example.com". What is no address
 * stays as it is, for the server to say so. */
export function hostOf(typed: string): string {
  const text = typed.trim();
  const match = /^(?:https?:\/\/)?([^/?#@\s]+)(?:[/?#].*)?$/i.exec(text);
  const host = match?.[1];
  if (host === undefined || !host.includes(".")) return text;
  return host.replace(/\.$/, "").toLowerCase();
}
