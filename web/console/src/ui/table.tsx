/* A table that is a table for everyone: real rows and headers, read aloud as such, and on a phone each row folds into a
 * card with its labels. Rejected: Ant Design's Table, whose sorting, paging and selection we do not use (pages go by
 * key), and which scrolls sideways on a phone. Folding changes `display`, which takes the table's meaning away in some
 * browsers; the explicit roles keep it. */
import type { ReactNode } from "react";

export interface Column<R> {
  key: string;
  title: string;
  render: (row: R) => ReactNode;
  /** Numbers stand right. */
  numeric?: boolean;
  /** Times and names of a word or two: never broken. */
  tight?: boolean;
  /** The cell that names the row. */
  main?: boolean;
  /** Buttons: the heading is for screen readers alone. */
  actions?: boolean;
}

interface Props<R> {
  label: string;
  columns: readonly Column<R>[];
  rows: readonly R[];
  rowKey: (row: R) => string | number;
  empty: ReactNode;
}

function cellClass<R>(column: Column<R>): string {
  return [column.numeric && "num", column.tight && "tight", column.main && "main-cell", column.actions && "actions"]
    .filter(Boolean)
    .join(" ");
}

export function DataTable<R>({ label, columns, rows, rowKey, empty }: Props<R>) {
  if (rows.length === 0) return <div className="empty">{empty}</div>;
  return (
    <table className="rows" role="table" aria-label={label}>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map((column) => (
            <th key={column.key} role="columnheader" scope="col" className={cellClass(column)}>
              {column.actions === true ? <span className="unseen">{column.title}</span> : column.title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((row) => (
          <tr key={rowKey(row)} role="row">
            {columns.map((column) => (
              <td
                key={column.key}
                role="cell"
                className={cellClass(column)}
                data-label={column.actions === true ? "" : column.title}
              >
                {column.render(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
