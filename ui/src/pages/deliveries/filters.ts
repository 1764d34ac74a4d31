// Which deliveries: the filters of the address, of the list's query and of a bulk request, and whether one delivery fits.
import type { Schemas } from "../../api/client";

type Delivery = Schemas["DeliverySummary"];

/** The filters, each as the address carries it. */
export interface Filters {
  destination?: string;
  status?: Schemas["DeliveryStatus"];
  objectName?: string;
  groupRef?: string;
  eventId?: string;
  /** RFC 3339, or how long ago, such as `15m`, `24h`, `7d`. */
  since?: string;
  until?: string;
}

/** Names of the filters, in the order in which they are shown. */
export const FILTERS = ["destination", "status", "objectName", "groupRef", "eventId", "since", "until"] as const;

const STATUSES: readonly Schemas["DeliveryStatus"][] = ["pending", "delivered", "dead"];
const UNITS_MS: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000 };
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** The filters of an address; what cannot be one is left out. */
export function fromQuery(query: URLSearchParams): Filters {
  const filters: Filters = {};
  for (const name of FILTERS) {
    const value = query.get(name);
    if (value === null || value === "") continue;
    if (name === "status") {
      const status = STATUSES.find((known) => known === value);
      if (status) filters.status = status;
    } else if (name !== "eventId" || UUID.test(value)) {
      filters[name] = value;
    }
  }
  return filters;
}

/** A time of a filter in milliseconds since 1970; undefined where it is none. */
export function moment(text: string, nowMs: number): number | undefined {
  const ago = /^(\d{1,6})([mhd])$/.exec(text);
  if (ago) return nowMs - Number(ago[1]) * (UNITS_MS[ago[2] ?? ""] ?? 0);
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}

/** The same for the API: times are absolute. */
export function asked(filters: Filters, nowMs: number): Filters {
  const { since, until, ...rest } = filters;
  const absolute = (name: "since" | "until", text: string | undefined): Filters => {
    const ms = text === undefined ? undefined : moment(text, nowMs);
    return ms === undefined ? {} : { [name]: new Date(ms).toISOString() };
  };
  return { ...rest, ...absolute("since", since), ...absolute("until", until) };
}

/** Whether a delivery fits; `filters` with absolute times. */
export function fits(one: Delivery, filters: Filters): boolean {
  const made = Date.parse(one.occurredAt);
  return (
    (filters.destination === undefined || one.destination === filters.destination) &&
    (filters.status === undefined || one.status === filters.status) &&
    (filters.objectName === undefined || one.objectName === filters.objectName) &&
    (filters.groupRef === undefined || one.groupRef === filters.groupRef) &&
    (filters.eventId === undefined || one.eventId === filters.eventId) &&
    (filters.since === undefined || made >= Date.parse(filters.since)) &&
    (filters.until === undefined || made < Date.parse(filters.until))
  );
}

/** What was typed into the field for ids: a delivery, a message, or neither. */
export function idOf(text: string): { delivery: number } | { eventId: string } | undefined {
  const trimmed = text.trim();
  if (/^\d{1,15}$/.test(trimmed)) return { delivery: Number(trimmed) };
  return UUID.test(trimmed) ? { eventId: trimmed.toLowerCase() } : undefined;
}
