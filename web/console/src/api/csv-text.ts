/* A table for spreadsheets of what stands on the screen already, written by the rules of the server's own (http/csv.h): a
 * text that a spreadsheet would take for a formula gets an apostrophe in front, also behind what may end a cell. */
const FORMULA = /^[=+\-@＋－＝＠]/;
const BEHIND = /([;\t\r\n])(?=[=+\-@＋－＝＠])/g;
const BYTE_ORDER_MARK = "\uFEFF";

function cell(value: string | number | null): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const formula = FORMULA.test(value) || /^[\t\r\n]/.test(value);
  if (!formula && !/[,;"\r\n\t]/.test(value) && !value.startsWith(" ")) return value;
  return `"${formula ? "'" : ""}${value.replace(BEHIND, "$1'").replaceAll('"', '""')}"`;
}

export function csvText(names: readonly string[], rows: readonly (readonly (string | number | null)[])[]): string {
  return BYTE_ORDER_MARK + [names, ...rows].map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}
