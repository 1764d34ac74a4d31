// Real messages out of the delivery log, with what a key's template sees of each.
import type { Client, Schemas } from "../../api/client";
import { sampleMetadata } from "./examples";
import type { KeyOf } from "./collisions";

/** A message with its metadata and its time. */
export interface Message {
  id: string;
  label: string;
  message: unknown;
  metadata: Record<string, unknown>;
  eventTime: string;
}

/** How many are asked for at once, and how many are compared. */
const AT_ONCE = 4;
export const MESSAGES_MAX = 40;

/** The latest deliveries, newest first. */
export async function recentDeliveries(client: Client, signal: AbortSignal): Promise<Schemas["DeliverySummary"][]> {
  const page = await client.get("/v1/projects/{projectIdOrName}/deliveries", { query: { pageSize: MESSAGES_MAX }, signal });
  return page.results;
}

/** A delivery's message; its metadata is that which its destination sees, as far as the log knows it. */
export async function messageOf(client: Client, delivery: Schemas["DeliverySummary"], signal?: AbortSignal): Promise<Message> {
  const path = { deliveryId: String(delivery.id) } as never;
  const detail = await client.get("/v1/projects/{projectIdOrName}/deliveries/{deliveryId}", { path, signal });
  const known = detail.metadata ?? {};
  const metadata = {
    ...sampleMetadata,
    objectName: delivery.objectName,
    ...known,
    "event-id": delivery.eventId,
    timestamp: delivery.occurredAt,
  };
  const label = `${delivery.objectName} for ${delivery.groupRef}`;
  return { id: String(delivery.id), label, message: detail.message ?? {}, metadata, eventTime: delivery.occurredAt };
}

/** The keys of many messages, a few asked for at a time. */
export async function keysOf(
  client: Client,
  template: { destination: "s3" | "kinesis"; expression: string },
  messages: readonly Message[],
  signal: AbortSignal,
): Promise<KeyOf[]> {
  return inTurn(messages, async ({ id, label, message, metadata, eventTime }) => {
    const body = { ...template, message, metadata, eventTime } as Schemas["TemplatePreviewRequest"];
    const { key, issues } = await client.post("/v1/templates:preview", { body, signal });
    const fault = issues.find((issue) => issue.fatal)?.message;
    return { id, label, key: key ?? null, fault };
  });
}

/** Does something with each, a few at a time, and keeps their order. */
export async function inTurn<T, R>(all: readonly T[], work: (one: T) => Promise<R>): Promise<R[]> {
  const done: R[] = [];
  for (let at = 0; at < all.length; at += AT_ONCE) done.push(...(await Promise.all(all.slice(at, at + AT_ONCE).map(work))));
  return done;
}
