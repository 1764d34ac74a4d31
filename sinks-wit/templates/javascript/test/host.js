// A host for unit tests: `ampline:sink/…` is answered by a script, natively in Node.
//
// `node --import ./test/host.js --test` puts it in place. Whatever is not scripted is content.

import { register } from "node:module";

/** What tests set, and what the sink asked. Call `reset` before each test. */
export const host = {
  messages: [],
  requests: [],
  lines: [],
  nowMs: Date.UTC(2025, 9, 14, 2, 58, 59),
  /** One answer for each request: `{tag: "ok", val: response}` or `{tag: "err", val: failure}`. */
  http: () => answer(200, "{}"),

  reset() {
    Object.assign(this, { messages: [], requests: [], lines: [], http: () => answer(200, "{}") });
  },
  send(requests) {
    this.requests.push(...requests);
    return requests.map((request) => this.http(request));
  },
  /** The bytes that a body would be, as text. */
  text({ tag, val }) {
    if (tag === "parts") return val.map((part) => this.text(part)).join("");
    if (tag === "message") return this.messages[val];
    return tag === "bytes" ? new TextDecoder().decode(val) : "";
  },
};

/** An answer of the other side. */
export function answer(status, body = "", headers = []) {
  return { tag: "ok", val: { status, headers, body: new TextEncoder().encode(body), truncated: false } };
}

/** An envelope, and its message at the next place. */
export function envelope(id, message = "{}") {
  host.messages.push(message);
  return { id, group: "group-1", orderingKey: null, occurredAt: host.nowMs, size: message.length, records: 1, attempt: 1 };
}

const interfaces = {
  "ampline:sink/http@1.0.0": "export const send = (requests) => globalThis.amplineHost.send(requests);",
  "ampline:sink/clock@1.0.0": "export const now = () => globalThis.amplineHost.nowMs;",
  "ampline:sink/log@1.0.0": "export const emit = (...line) => globalThis.amplineHost.lines.push(line);",
  "ampline:sink/messages@1.0.0": `
    export const body = (index) => new TextEncoder().encode(globalThis.amplineHost.messages[index]);
    export const metadata = () => [];
    export const records = (index) => JSON.parse(globalThis.amplineHost.messages[index]).result
      .map(({ fields }) => ({ id: String(fields.id), deleted: false, modifiedAt: globalThis.amplineHost.nowMs }));`,
};

if (!globalThis.amplineHost) {
  globalThis.amplineHost = host;
  const hooks = `
    const interfaces = ${JSON.stringify(interfaces)};
    export const resolve = (name, context, next) =>
      name in interfaces ? { url: "data:text/javascript," + encodeURIComponent(interfaces[name]), shortCircuit: true } : next(name, context);`;
  register("data:text/javascript," + encodeURIComponent(hooks));
}
