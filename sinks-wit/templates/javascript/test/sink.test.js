import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { faults } from "../src/config.js";
import { sink } from "../src/sink.js";
import { decode, encode } from "../src/utf8.js";
import { answer, envelope, host } from "./host.js";

beforeEach(() => {
  host.reset();
  sink.open('{"url": "https://collector.example.com/events", "credential": "collector"}');
});

test("each message is one request", () => {
  assert.equal(sink.deliver([envelope("e1", '{"a":1}'), envelope("e2")]).length, 2);
  const [first] = host.requests;
  assert.equal(host.text(first.body), '{"event":"e1","group":"group-1","source":"ampline","message":{"a":1}}');
  assert.deepEqual(first.headers, [["content-type", "application/json"], ["idempotency-key", "e1"]]);
  assert.deepEqual([first.credential, first.timeout], ["collector", 10000]);
});

for (const [status, expected] of [
  [200, "delivered"], [409, "delivered"], [422, "rejected"], [401, "blocked"], [410, "blocked"], [429, "throttled"], [500, "transient"],
]) {
  test(`${status} means ${expected}`, () => {
    host.http = () => answer(status, "said so");
    const [{ tag, val }] = sink.deliver([envelope("e1")]);
    assert.equal(tag === "failed" ? val.class : tag, expected);
  });
}

test("a wait is seconds or a date, a day at most", () => {
  for (const [value, wait] of [["7", 7000], ["1.5", 1500], ["Tue, 14 Oct 2025 02:59:09 GMT", 10000], ["999999", 86400000], ["soon", null]]) {
    host.http = () => answer(429, "", [["Retry-After", value]]);
    assert.equal(sink.deliver([envelope("e1")])[0].val.retryAfter, wait, value);
  }
});

test("every fault of a configuration has its place", () => {
  const found = faults('{"url": "http://x", "source": "", "timeoutMs": 5, "retries": 3}');
  assert.deepEqual(found.map((fault) => fault.pointer), ["/url", "/source", "/timeoutMs", "/retries"]);
  assert.deepEqual(faults("{}").map((fault) => fault.message), ["is missing"]);
  assert.match(faults("[")[0].message, /is not JSON/);
  assert.throws(() => sink.open("{}"), (failure) => failure.class === "blocked");
});

test("plain http goes to this machine alone", () => {
  for (const [url, count] of [["http://127.0.0.1:8080/in", 0], ["http://[::1]", 0], ["http://127.0.0.1.example.com", 1], ["http://localhost@example.com", 1]]) {
    assert.equal(faults(JSON.stringify({ url })).length, count, url);
  }
});

test("text is bytes and back as everywhere else", () => {
  const hostile = Uint8Array.from([0x61, 0xff, 0xe2, 0x82, 0xc0, 0x80, 0xf0, 0x9f, 0x98, 0x80, 0xed, 0xa0, 0x80]);
  for (const text of ["", "a", "é", "€", "😀", "\ud800", "a\u0000b"]) assert.deepEqual(encode(text), new TextEncoder().encode(text));
  assert.equal(decode(encode("é€😀")), "é€😀");
  assert.ok(decode(hostile).startsWith("a\ufffd"));
});
