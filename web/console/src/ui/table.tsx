/* A table that is a table for everyone: real rows and headers, read aloud as such. On a phone a row takes two lines: what
 * it is and its figure, then what else matters; the rest is a press away. Changing `display` takes the table's meaning
 * away in some browsers; the explicit roles keep it. */
import type { ReactNode } from "react";
import { useText } from "../i18n/i18n";
import { Icon } from "./icon";

export interface Column<R> {
  key: string;
  title: string;
  render: (row: R) => ReactNode;
  /** Numbers stand right. */
  numeric?: boolean;
  /** Times and names of a word or two: never broken. */
  tight?: boolean;
  /** Where it stands on a phone: first line left and right, second line left and right; or, as one of several, in a line of
   * its own below, behind its heading. Not given: nowhere. */
  phone?: "main" | "end" | "sub" | "side" | "more";
  /** Buttons: the heading is for screen readers alone. */
  actions?: boolean;
  /** A long value that ends in an ellipsis: its share of the width. */
  grow?: boolean;
  sortable?: boolean;
}

export interface Sort {
  by: string;
  down: boolean;
}

interface Props<R> {
  label: string;
  columns: readonly Column<R>[];
  rows: readonly R[];
  rowKey: (row: R) => string | number;
  empty: ReactNode;
  sort?: Sort | undefined;
  onSort?: ((sort: Sort) => void) | undefined;
}

function cellClass<R>(column: Column<R>): string {
  return [
    column.numeric && "num",
    column.tight && "tight",
    column.grow && "grow",
    column.actions && "actions",
    column.phone === undefined ? !column.actions && "p-none" : `p-${column.phone}`,
  ]
    .filter(Boolean)
    .join(" ");
}

function Heading<R>({ column, sort, onSort }: { column: Column<R> } & Pick<Props<R>, "sort" | "onSort">) {
  const { t } = useText();
  if (column.actions === true) return <span className="unseen">{column.title}</span>;
  if (column.sortable !== true || onSort === undefined) return column.title;
  const here = sort?.by === column.key;
  const down = here ? !sort.down : column.numeric === true;
  return (
    <button type="button" className="sorter" onClick={() => onSort({ by: column.key, down })}>
      {column.title}
      <span className={here ? `sorted${sort.down ? " sorted-down" : ""}` : "sorted sorted-no"}>
        <Icon name="chevron" />
      </span>
      <span className="unseen">{t("table.sort")}</span>
    </button>
  );
}

function order<R>(column: Column<R>, sort: Sort | undefined) {
  if (column.sortable !== true) return undefined;
  if (sort?.by !== column.key) return "none";
  return sort.down ? "descending" : "ascending";
}

/** Nothing to say: on a phone, where no heading stands above it, that is said by nothing. */
const BLANK = "—";

function Cell<R>({ column, row }: { column: Column<R>; row: R }) {
  const shown = column.render(row);
  return (
    <td
      role="cell"
      className={shown === BLANK ? `${cellClass(column)} blank` : cellClass(column)}
      data-label={column.actions === true ? "" : column.title}
    >
      {shown}
    </td>
  );
}

export function DataTable<R>({ label, columns, rows, rowKey, empty, sort, onSort }: Props<R>) {
  if (rows.length === 0) return <div className="empty">{empty}</div>;
  return (
    <div className="table-place">
      <table className="rows" role="table" aria-label={label}>
        <thead role="rowgroup">
          <tr role="row">
            {columns.map((column) => (
              <th
                key={column.key}
                role="columnheader"
                scope="col"
                aria-sort={order(column, sort)}
                className={cellClass(column)}
              >
                <Heading column={column} sort={sort} onSort={onSort} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map((row) => (
            <tr key={rowKey(row)} role="row">
              {columns.map((column) => (
                <Cell key={column.key} column={column} row={row} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
