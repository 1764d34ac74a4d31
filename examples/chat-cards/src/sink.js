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
    const posts = batch.map((_, place) => post(place));
    const answers = send(posts.filter((text) => text !== null).map(request));
    return posts.map((text) => {
      if (text === null) return failed("rejected", "message.json", "the message is no JSON object");
      const answer = answers.shift();
      return answer.tag === "ok" ? outcome(answer.val) : { tag: "failed", val: answer.val };
    });
  },
};

/** What is posted for the message at a place; null where there is nothing to read in it. */
function post(place) {
  try {
    const message = JSON.parse(decode(body(place)));
    if (typeof message !== "object" || message === null) return null;
    const { channel } = config;
    return JSON.stringify({ ...(channel ? { channel } : {}), ...cards(message, records(place), config) });
  } catch {
    return null;
  }
}

/** @param {string} text @returns {import("ampline:sink/http@1.0.0").Request} */
function request(text) {
  const { url, credential = null } = config;
  const headers = /** @type {[string, string][]} */ ([["content-type", "application/json; charset=utf-8"]]);
  return { method: "POST", url, headers, body: { tag: "bytes", val: encode(text) }, credential, webhookId: null, timeout: 10_000 };
}
