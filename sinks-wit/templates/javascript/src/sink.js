// {{title}}: posts each message to an event collector, wrapped with its event id.

import { send } from "ampline:sink/http@1.0.0";
import { faults, read, schema } from "./config.js";
import { outcome } from "./outcome.js";
import { encode } from "./utf8.js";

/** One instance serves one destination: what `open` took in. */
let config;

/** What the contract has a sink export; `types/ampline-sink.d.ts` is the contract. @type {import("ampline:sink/sink@1.0.0").Sink} */
export const sink = {
  describe: () => ({
    name: "{{name}}",
    version: "0.1.0",
    configSchema: JSON.stringify(schema),
    maxBatchEnvelopes: 100,
    maxBatchBytes: 4 << 20,
    maxMessageBytes: 0,
    ordered: false,
    extras: [],
  }),

  validate: faults,

  open(text) {
    const found = faults(text);
    if (found.length > 0) {
      const message = found.map((fault) => `${fault.pointer}: ${fault.message}`).join("; ");
      throw { class: "blocked", code: "config.invalid", message, retryAfter: null, maybeApplied: false, extras: [] };
    }
    config = read(text);
  },

  /** "Test connection": any answer shows that the collector can be reached, and a HEAD leaves nothing there. */
  probe() {
    const [answer] = send([{ ...request(null, { tag: "empty" }), method: "HEAD" }]);
    if (answer.tag === "err") throw answer.val;
  },

  /** One outcome for each envelope, in order. */
  deliver(batch) {
    const answers = send(batch.map((envelope, place) => request(envelope.id, wrapped(envelope, place))));
    return answers.map((answer) => (answer.tag === "ok" ? outcome(answer.val) : { tag: "failed", val: answer.val }));
  },
};

/** @returns {import("ampline:sink/http@1.0.0").Request} */
function request(key, body) {
  /** @type {[string, string][]} */
  const headers = [["content-type", "application/json"]];
  if (key) headers.push(["idempotency-key", key]);
  const { url, credential = null, timeoutMs: timeout } = config;
  return { method: "POST", url, headers, body, credential, webhookId: null, timeout };
}

/** `{"event": …, "source": …, "message": …}`. The host puts the message in: it never enters the sandbox. */
function wrapped(envelope, place) {
  const head = JSON.stringify({ event: envelope.id, group: envelope.group, source: config.source }).slice(0, -1);
  return {
    tag: "parts",
    val: [bytes(`${head},"message":`), { tag: "message", val: place }, bytes("}")],
  };
}

function bytes(text) {
  return { tag: "bytes", val: encode(text) };
}
