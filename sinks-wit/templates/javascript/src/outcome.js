// What an answer means for the envelope that was sent.

import { now } from "ampline:sink/clock@1.0.0";
import { decode } from "./utf8.js";

const DAY_MS = 86_400_000;

/**
 * The outcome of an envelope whose request was answered so.
 *
 * @param {import("ampline:sink/http@1.0.0").Response} response
 * @returns {import("ampline:sink/sink@1.0.0").Outcome}
 */
export function outcome(response) {
  const { status } = response;
  const said = `HTTP ${status} ${decode(response.body.subarray(0, 200))}`.replace(/\s+/g, " ").trim();
  if (status >= 200 && status < 300) return delivered(said);
  // The collector knows events by their ids: it has this one from an attempt whose answer was lost.
  if (status === 409) return delivered(said);
  const retryAfter = retryAfterMs(response);
  if (status === 429 || (status === 503 && retryAfter !== null)) return failed("throttled", status, said, { retryAfter });
  // This one will never be taken; others may be.
  if (status === 400 || status === 413 || status === 422) return failed("rejected", status, said);
  // Nothing will be taken until a person acts: the destination stops, and its backlog is kept.
  if (status === 401 || status === 403 || status === 410) return failed("blocked", status, said);
  return failed("transient", status, said, { maybeApplied: [500, 502, 504].includes(status) });
}

/** @returns {import("ampline:sink/sink@1.0.0").Outcome} */
function delivered(said) {
  return { tag: "delivered", val: said };
}

/**
 * @param {import("ampline:sink/types@1.0.0").FailureClass} kind
 * @returns {import("ampline:sink/sink@1.0.0").Outcome}
 */
function failed(kind, status, message, { retryAfter = null, maybeApplied = false } = {}) {
  return { tag: "failed", val: { class: kind, code: `http.${status}`, message, retryAfter, maybeApplied, extras: [] } };
}

/** Milliseconds that the other side asked to be left alone, a day at most; null where it did not ask. */
function retryAfterMs(response) {
  const value = response.headers.find(([name]) => name.toLowerCase() === "retry-after")?.[1]?.trim();
  if (!value) return null;
  const wait = /^\d+(\.\d+)?$/.test(value) ? Math.ceil(Number(value) * 1000) : Date.parse(value) - now();
  return Number.isNaN(wait) ? null : Math.min(Math.max(wait, 0), DAY_MS);
}
