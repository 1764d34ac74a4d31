// A sink in JavaScript as the web knows it, of what componentize-js makes components with WASI: `fetch` takes each message where the
// configuration says, and what the machine shows of itself goes along in a header.

import { body } from "ampline:sink/messages@1.0.0";

const SCHEMA = {
  type: "object",
  properties: { url: { type: "string", format: "uri", description: "Where messages go." } },
  required: ["url"],
  additionalProperties: false,
};

let url = "";

export const sink = {
  describe() {
    return {
      name: "javascript",
      version: "1.0.0",
      configSchema: JSON.stringify(SCHEMA),
      maxBatchEnvelopes: 10,
      maxBatchBytes: 1n << 20n,
      maxMessageBytes: 0n,
      ordered: false,
      extras: [],
    };
  },

  validate(text) {
    const given = JSON.parse(text).url;
    // The `URL` of this engine ends the component where it is used outside of a request.
    return /^https?:\/\//.test(given) ? [] : [{ pointer: "/url", message: "is no address", fatal: true }];
  },

  open(text) {
    url = JSON.parse(text).url;
  },

  probe() {},

  deliver(batch) {
    return Promise.all(batch.map((_, place) => sent(place)));
  },
};

async function sent(place) {
  const seen = `random ${crypto.randomUUID() !== crypto.randomUUID()}; time ${Date.now() > 1.7e12}`;
  const headers = { "content-type": "application/json", "x-seen": seen };
  try {
    const answer = await fetch(url, { method: "POST", headers, body: body(place) });
    if (answer.ok) return { tag: "delivered", val: `HTTP ${answer.status}` };
    return failed(`HTTP ${answer.status}`);
  } catch (error) {
    return failed(`${error.name}: ${error.message}`);
  }
}

function failed(message) {
  const failure = { class: "transient", code: "fetch.failed", message, retryAfter: undefined, maybeApplied: true, extras: [] };
  return { tag: "failed", val: failure };
}
