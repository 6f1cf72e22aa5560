/* Where to go after signing in. The path comes from the address bar, so anybody may have written it: only a path of
 * this console is followed, never another site. */
export function localPath(wanted: string | null): string {
  if (wanted === null || !wanted.startsWith("/") || wanted.startsWith("//") || wanted.includes("\\")) return "/";
  for (const character of wanted) if (character.charCodeAt(0) < 0x20) return "/"; // browsers drop tabs and newlines
  const url = new URL(wanted, "http://console.invalid");
  if (url.origin !== "http://console.invalid" || url.pathname === "/login") return "/";
  if (url.pathname.startsWith("//")) return "/"; // what "/..//host" comes to
  return url.pathname + url.search + url.hash;
}

export function loginPath(from: string): string {
  return from === "/" || from === "" ? "/login" : `/login?next=${encodeURIComponent(from)}`;
}
