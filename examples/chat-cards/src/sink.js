// Tells a chat room of records that changed, as cards.

import { send } from "ampline:sink/http@1.0.0";
import { body, records } from "ampline:sink/messages@1.0.0";
import { cards } from "./cards.js";
import { faults, read, schema } from "./config.js";
import { failed, outcome } from "./outcome.js";
import { decode, encode } from "./utf8.js";

/** One instance serves one destination: what `open` took in. */
let config;

/** @type {import("ampline:sink/sink@1.0.0").Sink} */
export const sink = {
  describe: () => ({
    name: "chat-cards",
    version: "0.1.0",
    configSchema: JSON.stringify(schema),
    // A room reads one message after the other, and Slack takes one in a second.
    maxBatchEnvelopes: 10,
    maxBatchBytes: 2 << 20,
    maxMessageBytes: 0,
    ordered: true,
    extras: [],
  }),

  validate: faults,

  open(text) {
    const found = faults(text);
    if (found.length > 0) {
      const message = found.map((fault) => `${fault.pointer}: ${fault.message}`).join("; ");
      throw failed("blocked", "config.invalid", message).val;
    }
    config = read(text);
  },

  /** Any answer shows that the chat can be reached; only a message in the room could show more. */
  probe() {
    const [answer] = send([{ ...request(""), method: "HEAD", body: { tag: "empty" } }]);
    if (answer.tag === "err") throw answer.val;
  },

  deliver(batch) {
    const posts = batch.map(post);
    const answers = send(posts.filter((text) => text !== null).map(request));
    return posts.map((text) => {
      if (text === null) return failed("rejected", "message.json", "the message is no JSON object");
      const answer = answers.shift();
      return answer.tag === "ok" ? outcome(answer.val) : { tag: "failed", val: answer.val };
    });
  },
};

/** Larger messages are not looked into: reading them would cost more processor time than a batch has. */
const BYTES_READ_MAX = 512 << 10;
/** Deeper JSON would exhaust the stack of the parser. */
const DEPTH_MAX = 100;

/** What is posted for the message at a place; null where there is nothing to read in it. */
function post({ size, records: count, group }, place) {
  const { channel } = config;
  const posted = (content) => JSON.stringify({ ...(channel ? { channel } : {}), ...content });
  if (size > BYTES_READ_MAX) return posted({ text: `${count} records changed (${group}): too many to show` });
  try {
    const text = decode(body(place));
    if (isTooDeep(text)) return null;
    const message = JSON.parse(text);
    if (typeof message !== "object" || message === null) return null;
    return posted(cards(message, records(place), config));
  } catch {
    return null;
  }
}

/** Counts brackets outside of texts. */
function isTooDeep(text) {
  let depth = 0;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[{\]}]/gs)) {
    if (token === "[" || token === "{") depth += 1;
    else if (token === "]" || token === "}") depth -= 1;
    if (depth > DEPTH_MAX) return true;
  }
  return false;
}

/** @param {string} text @returns {import("ampline:sink/http@1.0.0").Request} */
function request(text) {
  const { url, credential = null } = config;
  const headers = /** @type {[string, string][]} */ ([["content-type", "application/json; charset=utf-8"]]);
  return { method: "POST", url, headers, body: { tag: "bytes", val: encode(text) }, credential, webhookId: null, timeout: 10_000 };
}
