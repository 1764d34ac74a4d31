// Deliveries as figures per minute: what was made, and what of it has not arrived although it was tried.
import type { Schemas } from "../../api/client";

type Delivery = Pick<Schemas["DeliverySummary"], "id" | "occurredAt" | "status" | "attempts">;

const MINUTE_MS = 60_000;
/** Minutes that are shown. */
export const MINUTES = 60;
/** Deliveries that are counted at most; older ones are left out. */
export const DELIVERIES_MAX = 20_000;

/** Figures by minute, oldest first. */
export interface Figures {
  /** Seconds since 1970. */
  times: number[];
  messages: number[];
  failures: number[];
  total: number;
  failed: number;
}

interface Counted {
  minute: number;
  failed: boolean;
}

/** Counts each delivery once, however often it is told of. */
export class Throughput {
  #known = new Map<number, Counted>();

  /** Deliveries in their present state. */
  add(deliveries: readonly Delivery[]): void {
    for (const one of deliveries) {
      const failed = one.status === "dead" || (one.status === "pending" && one.attempts > 0);
      this.#known.set(one.id, { minute: Math.floor(Date.parse(one.occurredAt) / MINUTE_MS), failed });
    }
    // A Map is in the order of insertion: the first were told of longest ago.
    for (const id of this.#known.keys()) {
      if (this.#known.size <= DELIVERIES_MAX) break;
      this.#known.delete(id);
    }
  }

  /** The last hour's figures. */
  figures(nowMs: number): Figures {
    const last = Math.floor(nowMs / MINUTE_MS);
    const first = last - MINUTES + 1;
    const figures: Figures = {
      times: Array.from({ length: MINUTES }, (_, at) => (first + at) * 60),
      messages: new Array<number>(MINUTES).fill(0),
      failures: new Array<number>(MINUTES).fill(0),
      total: 0,
      failed: 0,
    };
    for (const { minute, failed } of this.#known.values()) {
      const at = minute - first;
      if (at < 0 || at >= MINUTES) continue;
      figures.messages[at] = (figures.messages[at] ?? 0) + 1;
      figures.total += 1;
      if (failed) {
        figures.failures[at] = (figures.failures[at] ?? 0) + 1;
        figures.failed += 1;
      }
    }
    return figures;
  }
}
