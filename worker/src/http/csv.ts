/**
 * CSV (RFC 4180) that is safe to open in a spreadsheet. A spreadsheet runs a cell that begins with `=`, `+`, `-`, `@`,
 * a tab or a line break as a formula, and a caller chooses their own name. Such text gets an apostrophe before it,
 * which spreadsheets take for "this is text". Pure.
 */
import { accepts } from "./negotiate.ts";

/** Null is an empty cell. */
export type Cell = string | number | boolean | null;

/** `header` and each of `rows` are lines. */
export function csvText(header: readonly string[], rows: Iterable<readonly Cell[]>): string {
  const lines = [lineOf(header)];
  for (const row of rows) lines.push(lineOf(row));
  return lines.join("");
}

/** A time as a cell: ISO 8601 in UTC, such as `2026-11-29T22:00:00.000Z`. */
export function timeCell(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

/** `format` is the request's parameter of that name, which goes before `Accept`. */
export function wantsCsv(request: Request, format: "csv" | "json" | null): boolean {
  return format === null ? accepts(request, "text/csv") : format === "csv";
}

/** Never cached, as `jsonAnswer`. */
export function csvAnswer(text: string, headers: Readonly<Record<string, string>> = {}): Response {
  const type = "text/csv; charset=utf-8; header=present";
  return new Response(text, { headers: { "content-type": type, "cache-control": "no-store", ...headers } });
}

function lineOf(cells: readonly Cell[]): string {
  return `${cells.map(cellOf).join(",")}\r\n`;
}

function cellOf(value: Cell): string {
  if (typeof value !== "string") return value === null ? "" : String(value);
  const isFormula = /^[=+\-@\t\r\n]/.test(value);
  const text = isFormula ? `'${value}` : value;
  return isFormula || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
