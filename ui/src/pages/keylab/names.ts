// What a key's template may name: the documented namespaces, and the members of the message at hand.

/** A name that can be written, and what it holds. */
export interface Name {
  label: string;
  detail: string;
}

const METADATA = "projectId installationId connectionId destinationId operationId objectName event-id timestamp topic".split(" ");
const TIME: Record<string, string> = {
  year: "2025",
  month: "01 to 12",
  day: "01 to 31",
  hour: "00 to 23",
  minute: "00 to 59",
  second: "00 to 59",
  date: "2025-10-14",
  datetime: "2025-10-14T02:58:59",
  unix: "seconds since 1970",
  rfc3339: "to the second",
  rfc3339_nano: "to the nanosecond",
};
const FUNCTIONS: Record<string, string> = {
  join: "join('/', [a, b])",
  to_string: "to_string(value)",
  length: "length(value)",
  not_null: "not_null(a, b)",
  keys: "keys(object)",
  contains: "contains(list, value)",
  starts_with: "starts_with(text, prefix)",
  ends_with: "ends_with(text, suffix)",
};

/** A name as JMESPath takes it: in quotes where it holds more than letters, digits and underscores. */
export function quoted(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name);
}

/** What is being written before a cursor: the names before the last dot, and what follows it. */
export function writtenPath(before: string): { path: string[]; from: number } | undefined {
  const found = /(?:(?:[A-Za-z_]\w*|"[^"]*")(?:\[\d+\])?\.)*("?)[\w-]*$/.exec(before);
  if (!found) return undefined;
  // Within a quoted text of its own nothing is named.
  if ((before.slice(0, found.index).match(/'/g) ?? []).length % 2 === 1) return undefined;
  const dot = found[0].lastIndexOf(".");
  const path =
    dot < 0
      ? []
      : [...found[0].slice(0, dot).matchAll(/"([^"]*)"|([A-Za-z_]\w*)|\[(\d+)\]/g)].map((m) => m[1] ?? m[2] ?? m[3] ?? "");
  return { path, from: found.index + dot + 1 };
}

/** The names that can follow a path. Kinesis keys know no time. */
export function namesAt(path: readonly string[], destination: "s3" | "kinesis", message: unknown): Name[] {
  const [root, ...rest] = path;
  if (root === undefined) {
    const spaces = destination === "s3" ? ["metadata", "time", "data"] : ["metadata", "data"];
    return [
      ...spaces.map((label) => ({ label, detail: "namespace" })),
      ...Object.entries(FUNCTIONS).map(([label, detail]) => ({ label: `${label}(`, detail })),
    ];
  }
  if (root === "metadata" && rest.length === 0) return METADATA.map((name) => ({ label: quoted(name), detail: "" }));
  if (root === "time" && rest.length === 0 && destination === "s3")
    return Object.entries(TIME).map(([label, detail]) => ({ label, detail }));
  if (root !== "data") return [];
  let value: unknown = message;
  for (const step of rest)
    value = typeof value === "object" && value !== null ? (value as Record<string, unknown>)[step] : undefined;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [];
  return Object.entries(value).map(([name, inner]) => ({ label: quoted(name), detail: shown(inner) }));
}

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

/** Positions where an issue stands count characters; an editor counts UTF-16 units. */
export function unitsOf(text: string, characters: number): number {
  return Array.from(text).slice(0, characters).join("").length;
}
