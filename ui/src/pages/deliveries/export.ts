// Everything that matches as a file: CSV for spreadsheets, JSON lines for programs. Read page by page, and bounded.
import type { Schemas } from "../../api/client";
import type { Load } from "./feed.svelte";

type Delivery = Schemas["DeliverySummary"];

/** Formats that there are. */
export type Format = "csv" | "jsonl";

/** Rows of a file at most. */
export const EXPORT_MAX = 100_000;

const COLUMNS = [
  "id",
  "eventId",
  "status",
  "destination",
  "objectName",
  "groupRef",
  "occurredAt",
  "size",
  "attempts",
  "nextAttemptAt",
  "reason",
  "replayOf",
] as const satisfies readonly (keyof Delivery)[];

/** The file's text, and whether there was more than it may hold. */
export async function exported(
  load: Load,
  format: Format,
  signal: AbortSignal,
  onRows: (rows: number) => void,
): Promise<{ text: string; rows: number; cut: boolean }> {
  const lines = format === "csv" ? [COLUMNS.join(",")] : [];
  let rows = 0;
  let token: string | undefined;
  do {
    const { results, nextPageToken } = await load(token, signal);
    for (const one of results.slice(0, EXPORT_MAX - rows)) lines.push(line(one, format));
    rows = Math.min(EXPORT_MAX, rows + results.length);
    onRows(rows);
    token = nextPageToken;
  } while (token !== undefined && rows < EXPORT_MAX);
  return { text: `${lines.join("\n")}\n`, rows, cut: token !== undefined };
}

/** One row of the file. */
export function line(one: Delivery, format: Format): string {
  return format === "csv" ? COLUMNS.map((name) => cell(one[name])).join(",") : JSON.stringify(one);
}

function cell(value: string | number | null | undefined): string {
  const text = value === null || value === undefined ? "" : String(value);
  // A spreadsheet takes what begins so for a formula, and reasons are written by others.
  const safe = /^[=+\-@\t\r]/.test(text) && typeof value === "string" ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
