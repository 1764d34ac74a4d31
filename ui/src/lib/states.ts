// How deliveries, destinations, reads and operations stand, in a word and a colour: the same on every page.
import type { Schemas } from "../api/client";
import type { Tone } from "../components/tones";

/** A word, its colour, and whether something is under way. */
export interface Standing {
  label: string;
  tone: Tone;
  pulse?: boolean;
}

/** How a delivery stands. A pending one that was tried already is being retried. */
export function deliveryStanding({ status, attempts }: Pick<Schemas["DeliverySummary"], "status" | "attempts">): Standing {
  if (status === "delivered") return { label: "Delivered", tone: "ok" };
  if (status === "dead") return { label: "Dead letter", tone: "bad" };
  return attempts > 0 ? { label: "Retrying", tone: "warn" } : { label: "Pending", tone: "info" };
}

/** How a destination stands. */
export function destinationStanding(state: Schemas["DestinationState"] | undefined, disabledReason?: string): Standing {
  if (disabledReason !== undefined || state?.disabledReason) return { label: "Disabled", tone: "bad" };
  if (!state) return { label: "Idle", tone: "idle" };
  if (state.failures > 0) return { label: "Failing", tone: "warn" };
  if (state.pending > 0) return { label: "Delivering", tone: "info", pulse: true };
  return { label: "Healthy", tone: "ok" };
}

/** How a read stands. */
export function readStanding(read: Schemas["ReadStatus"]): Standing {
  if (read.paused) return { label: "Paused", tone: read.paused.automatic ? "bad" : "warn" };
  if (read.operation?.status === "in_progress") return { label: "Reading", tone: "info", pulse: true };
  if (read.held) return { label: "Waiting", tone: "warn" };
  if (read.failures > 0) return { label: "Failing", tone: "warn" };
  if (read.operation?.status === "failure") return { label: "Failed", tone: "bad" };
  return read.operation ? { label: "Up to date", tone: "ok" } : { label: "Not read yet", tone: "idle" };
}
