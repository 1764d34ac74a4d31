import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { cards } from "../src/cards.js";
import { faults } from "../src/config.js";
import { sink } from "../src/sink.js";
import { answer, envelope, host } from "./host.js";

const message = (...records) => JSON.stringify({ objectName: "contacts", provider: "hubspot", groupRef: "g1", result: records.map((fields) => ({ fields })) });

beforeEach(() => {
  host.reset();
  sink.open('{"channel": "#crm", "credential": "slack", "fields": ["name"], "recordsShown": 1}');
});

test("a message is a card with what was asked for", () => {
  const [outcome] = sink.deliver([envelope("e1", message({ id: 1, name: "Ada <& Co>" }, { id: 2, name: "Grace" }))]);
  assert.equal(outcome.tag, "delivered");
  const [request] = host.requests;
  const posted = JSON.parse(host.text(request.body));
  assert.deepEqual([request.url, request.credential, posted.channel], ["https://slack.com/api/chat.postMessage", "slack", "#crm"]);
  assert.equal(posted.text, "2 records changed in contacts");
  assert.equal(posted.blocks[1].fields[0].text, "*name*\nAda &lt;&amp; Co&gt;");
  assert.deepEqual(posted.blocks.slice(2).map((block) => block.elements[0].text), ["and 1 more", "hubspot · g1"]);
});

test("deleted records are struck through and counted apart", () => {
  const made = cards(JSON.parse(message({ id: 1 }, { id: 2 })), [{ deleted: true }, { deleted: false }], { fields: [], recordsShown: 5 });
  assert.equal(made.text, "1 record changed, 1 record deleted in contacts");
  assert.equal(made.blocks[1].fields[0].text, "~*id*~\n1");
});

for (const [status, body, expected] of [
  [200, '{"ok":true}', "delivered"],
  [200, "ok", "delivered"],
  [200, '{"ok":false,"error":"invalid_auth"}', "blocked"],
  [200, '{"ok":false,"error":"ratelimited"}', "throttled"],
  [200, '{"ok":false,"error":"msg_too_long"}', "rejected"],
  [200, '{"ok":false,"error":"fatal_error"}', "transient"],
  [400, "invalid_payload", "rejected"],
  [404, "no_service", "blocked"],
  [429, "", "throttled"],
  [503, "", "transient"],
]) {
  test(`${status} ${body} means ${expected}`, () => {
    host.http = () => answer(status, body);
    const [{ tag, val }] = sink.deliver([envelope("e1", message({ id: 1 }))]);
    assert.equal(tag === "failed" ? val.class : tag, expected);
  });
}

test("what is no message is rejected alone", () => {
  const outcomes = sink.deliver([envelope("e1", "no JSON"), envelope("e2", message({ id: 1 })), envelope("e3", "7")]);
  assert.deepEqual(outcomes.map(({ tag, val }) => (tag === "failed" ? val.code : tag)), ["message.json", "delivered", "message.json"]);
});

test("every fault of a configuration has its place", () => {
  const found = faults('{"url": "http://x", "fields": ["a", ""], "recordsShown": 21, "room": "x"}');
  assert.deepEqual(found.map((fault) => fault.pointer), ["/url", "/fields/1", "/recordsShown", "/room"]);
  assert.deepEqual(faults("{}"), []);
});
