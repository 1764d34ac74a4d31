// The change that an edited form asks for: only what differs is named, so that two people who edit different members do not undo each other.
import type { Schemas } from "../../api/client";
import { paceKeys, type Delivery } from "./pace";

/** What the form holds. */
export interface Edited {
  name: string;
  metadata: Record<string, unknown>;
  secrets: Record<string, string>;
  delivery: Delivery;
}

/** The request; undefined where nothing changed. */
export function update(before: Schemas["Destination"], after: Edited): Schemas["UpdateDestinationRequest"] | undefined {
  const keys = new Set([...Object.keys(before.metadata), ...Object.keys(after.metadata)]);
  const changed = [...keys].filter((key) => JSON.stringify(before.metadata[key]) !== JSON.stringify(after.metadata[key]));
  const secrets = Object.keys(after.secrets);
  const paced = paceKeys.filter((key) => JSON.stringify(before.delivery[key]) !== JSON.stringify(after.delivery[key]));
  const updateMask = [
    ...(before.name === after.name ? [] : ["name"]),
    ...changed.map((key) => `metadata.${key}`),
    ...secrets.map((key) => `secrets.${key}`),
    ...paced.map((key) => `delivery.${key}`),
  ];
  if (updateMask.length === 0) return undefined;
  // What is named and left out is taken away.
  const kept = changed.filter((key) => key in after.metadata).map((key) => [key, after.metadata[key]] as const);
  const destination: Schemas["DestinationUpdate"] = {};
  if (before.name !== after.name) destination.name = after.name;
  if (kept.length > 0) destination.metadata = Object.fromEntries(kept);
  if (secrets.length > 0) destination.secrets = after.secrets;
  if (paced.length > 0) destination.delivery = after.delivery;
  return { updateMask, destination };
}
