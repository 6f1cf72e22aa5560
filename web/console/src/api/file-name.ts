/** How a file is called, as the server takes it: in one line, and as long as any system allows. */
export function fileName({ name }: File, unnamed: string): string {
  const line = Array.from(name.replace(/[\p{Cc}\u2028\u2029]/gu, " "));
  const kept = line.slice(-255).join("");
  return kept.trim() === "" ? unnamed : kept;
}
