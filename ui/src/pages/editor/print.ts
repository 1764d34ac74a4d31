// Manifests as text: what is deployed is printed as amp.yaml, and two manifests are compared in one and the same layout.
import { parse, parseDocument, stringify, YAMLMap, YAMLSeq } from "yaml";

/** An integration as the API gives it. */
export interface Deployed {
  specVersion: string;
  content: Record<string, unknown>;
}

/** Keys in the order in which people write them; others follow by the alphabet. */
const ORDER = [
  ..."specVersion integrations name objectName fieldName displayName provider module mapToName mapToDisplayName default prompt".split(
    " ",
  ),
  ..."destination schedule enabled backfill delivery requiredFields optionalFields optionalFieldsAuto inheritFieldsAndMapping".split(
    " ",
  ),
  ..."inheritMapping createEvent updateEvent deleteEvent associationChangeEvent otherEvents read write subscribe proxy".split(
    " ",
  ),
  ..."watchSchema objects".split(" "),
];

function rank(key: string): number {
  const found = ORDER.indexOf(key);
  return found < 0 ? ORDER.length : found;
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([one], [other]) => rank(one) - rank(other) || one.localeCompare(other));
  return Object.fromEntries(entries.map(([key, inner]) => [key, ordered(inner)]));
}

function print(value: unknown): string {
  return stringify(ordered(value), { lineWidth: 0, defaultStringType: "PLAIN", defaultKeyType: "PLAIN" });
}

/** Integrations as one amp.yaml. */
export function manifestOf(integrations: readonly Deployed[]): string {
  const [first] = integrations;
  return print({ specVersion: first?.specVersion ?? "1.0.0", integrations: integrations.map((one) => one.content) });
}

/** A manifest in the layout of `manifestOf`, without comments; as it is where it cannot be read. */
export function normalized(text: string): string {
  try {
    const value: unknown = parse(text);
    return typeof value === "object" && value !== null ? print(value) : text;
  } catch {
    return text;
  }
}

/** Names of the integrations of a manifest. */
export function namesOf(text: string): string[] {
  try {
    const value = parse(text) as { integrations?: { name?: unknown }[] } | null;
    const all = Array.isArray(value?.integrations) ? value.integrations : [];
    return all.flatMap((one) => (typeof one.name === "string" ? [one.name] : []));
  } catch {
    return [];
  }
}

/** The text with one integration as it was: put in its place, or added; everything else stays as it is written, comments too. */
export function withIntegration(text: string, integration: Deployed): string {
  const document = parseDocument(text);
  const list = document.get("integrations");
  if (document.errors.length > 0 || !(list instanceof YAMLSeq)) return manifestOf([integration]);
  const made = document.createNode(ordered(integration.content));
  const items = list.items as unknown[];
  const at = items.findIndex((item) => item instanceof YAMLMap && item.get("name") === integration.content["name"]);
  if (at < 0) items.push(made);
  else items[at] = made;
  return document.toString({ lineWidth: 0 });
}
