// Addresses behind the hash: `#/deliveries/12?status=dead`. What a page shows stands there, so that it can be kept and sent on.

/** A pattern of segments, of which `:name` takes one and `:name?` at the end may be missing. */
export interface Pattern {
  path: string;
}

/** Where we are. */
class Location {
  path = $state("/");
  query = $state.raw(new URLSearchParams());
}

/** The address that is shown. */
export const location = new Location();

function read(): void {
  const [path, query] = splitHash(window.location.hash);
  location.path = path.startsWith("/") ? path : `/${path}`;
  if (location.query.toString() !== query) location.query = new URLSearchParams(query);
}

function splitHash(hash: string): [string, string] {
  const text = hash.replace(/^#/, "");
  const mark = text.indexOf("?");
  return mark < 0 ? [text, ""] : [text.slice(0, mark), text.slice(mark + 1)];
}

/** Follows the browser's address; gives what ends that. */
export function startRouter(): () => void {
  read();
  window.addEventListener("hashchange", read);
  return () => window.removeEventListener("hashchange", read);
}

/** The address of a page, to be written into a link. */
export function href(path: string, query: Record<string, string | number | undefined | null> = {}): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== "");
  const text = new URLSearchParams(pairs.map(([name, value]) => [name, String(value)])).toString();
  return `#${path}${text === "" ? "" : `?${text}`}`;
}

/** Goes to an address; `replace` leaves no way back, for filters that change as one types. */
export function go(target: string, replace = false): void {
  if (window.location.hash === target) return;
  if (replace) {
    window.history.replaceState(null, "", target);
    read();
  } else {
    window.location.hash = target;
  }
}

/** Changes parts of the query of the address that is shown. */
export function setQuery(changes: Record<string, string | undefined>, replace = true): void {
  const query = new URLSearchParams(location.query);
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined || value === "") query.delete(name);
    else query.set(name, value);
  }
  go(href(location.path, Object.fromEntries(query)), replace);
}

/** What a pattern's names stand for in a path; undefined where it does not fit. */
export function match(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split("/").filter(Boolean);
  const found = path.split("/").filter(Boolean);
  if (found.length > wanted.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, segment] of wanted.entries()) {
    const value = found[index];
    const isOptional = segment.endsWith("?");
    if (value === undefined) {
      if (isOptional) continue;
      return undefined;
    }
    if (!segment.startsWith(":")) {
      if (segment !== value) return undefined;
      continue;
    }
    const decoded = decode(value);
    if (decoded === undefined) return undefined;
    params[segment.slice(1).replace(/\?$/, "")] = decoded;
  }
  return params;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
