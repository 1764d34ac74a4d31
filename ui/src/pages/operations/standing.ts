// How an operation stands, in a word and a colour.
import type { Schemas } from "../../api/client";
import { count } from "../../lib/format";
import type { Standing } from "../../lib/states";

/** How an operation stands. */
export function operationStanding(status: Schemas["OperationStatus"] | undefined): Standing {
  if (status === "in_progress") return { label: "Reading", tone: "info", pulse: true };
  if (status === "failure") return { label: "Failed", tone: "bad" };
  return status === "success" ? { label: "Done", tone: "ok" } : { label: "Not read yet", tone: "idle" };
}

/** How far something has come: records, of how many where that is known, and the share from 0 to 1. */
export function progressOf(done: number, total: number | null | undefined): { text: string; share: number | undefined } {
  if (!total || total < done) return { text: count(done), share: undefined };
  return { text: `${count(done)} of ${count(total)}`, share: done / total };
}
