// Columns of tables.

import type { Sortable } from "./numbers";

export interface Column<Row> {
  key: string;
  label: string;
  // What is shown; also what is sorted by, where there is no `sort`.
  show: (row: Row) => string;
  sort?: (row: Row) => Sortable;
  isNumber?: boolean;
  // Where the cell leads to.
  href?: (row: Row) => string | null;
  // A coloured mark before the text.
  mark?: (row: Row) => string;
  // Language of the text, where it is not the page's.
  lang?: string;
}

// A spreadsheet would read these as the start of a formula.
const FORMULA = /^[=+\-@\t\r]/;

export function toCsv<Row>(columns: Column<Row>[], rows: Row[]): string {
  const quote = (value: Sortable) => {
    if (typeof value === "number") return String(value);
    const text = String(value ?? "");
    return `"${(FORMULA.test(text) ? `'${text}` : text).replace(/"/g, '""')}"`;
  };
  const head = columns.map((column) => quote(column.label)).join(",");
  const lines = rows.map((row) =>
    columns.map((column) => quote(column.sort ? column.sort(row) : column.show(row))).join(","),
  );
  return `\ufeff${[head, ...lines].join("\r\n")}\r\n`;
}

export const download = (name: string, text: string, type = "text/csv"): void =>
  keepFile(name, new Blob([text], { type }));

// Let the reader keep a file that was made here.
export function keepFile(name: string, content: Blob): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}
