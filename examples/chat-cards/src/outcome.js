// What a chat's answer means. Slack's API says 200 to everything and the truth in the body; incoming webhooks say `ok`.

import { now } from "ampline:sink/clock@1.0.0";
import { decode } from "./utf8.js";

const DAY_MS = 86_400_000;

/** Nothing will be posted until a person acts. */
const BLOCKED = [
  "account_inactive", "channel_not_found", "invalid_auth", "is_archived", "missing_scope", "not_authed", "not_in_channel", "token_expired",
  "token_revoked", "no_permission", "channel_is_archived", "no_service",
];
/** This message will never be posted. */
const REJECTED = ["invalid_blocks", "invalid_blocks_format", "invalid_payload", "msg_blocks_too_long", "msg_too_long", "no_text", "too_many_attachments"];

/**
 * @param {import("ampline:sink/http@1.0.0").Response} response
 * @returns {import("ampline:sink/sink@1.0.0").Outcome}
 */
export function outcome(response) {
  const { status } = response;
  const body = decode(response.body);
  const word = fault(body);
  const said = `HTTP ${status} ${word ?? body.slice(0, 200)}`.replace(/\s+/g, " ").trim();
  if (status >= 200 && status < 300 && word === null) return { tag: "delivered", val: said };
  const code = word ? `chat.${word}` : `http.${status}`;
  if (status === 429 || word === "ratelimited" || word === "rate_limited") return failed("throttled", code, said, { retryAfter: retryAfterMs(response) });
  if (status === 503 && retryAfterMs(response) !== null) return failed("throttled", code, said, { retryAfter: retryAfterMs(response) });
  if (REJECTED.includes(word) || status === 413) return failed("rejected", code, said);
  if (BLOCKED.includes(word) || [401, 403, 404, 410].includes(status)) return failed("blocked", code, said);
  if (status === 400 || status === 422) return failed("rejected", code, said);
  return failed("transient", code, said, { maybeApplied: [500, 502, 504].includes(status) });
}

/** The word that a chat has for what is wrong; null where all is well. @param {string} body @returns {string | null} */
function fault(body) {
  if (body.startsWith("{")) {
    try {
      const answer = JSON.parse(body);
      return answer.ok === false ? String(answer.error ?? "unknown") : null;
    } catch {
      return null;
    }
  }
  return /^[a-z]+(_[a-z]+)+$/.test(body.trim()) ? body.trim() : null;
}

/**
 * @param {import("ampline:sink/types@1.0.0").FailureClass} kind
 * @returns {import("ampline:sink/sink@1.0.0").Outcome}
 */
export function failed(kind, code, message, { retryAfter = null, maybeApplied = false } = {}) {
  return { tag: "failed", val: { class: kind, code, message, retryAfter, maybeApplied, extras: [] } };
}

/** Milliseconds that the other side asked to be left alone, a day at most; null where it did not ask. */
function retryAfterMs(response) {
  const value = response.headers.find(([name]) => name.toLowerCase() === "retry-after")?.[1]?.trim();
  if (!value) return null;
  const wait = /^\d+(\.\d+)?$/.test(value) ? Math.ceil(Number(value) * 1000) : Date.parse(value) - now();
  return Number.isNaN(wait) ? null : Math.min(Math.max(wait, 0), DAY_MS);
}
