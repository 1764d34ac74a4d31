// Patterns of addresses.
import { expect, test } from "vitest";

import { href, match } from "./router.svelte";

test.each<[string, string, Record<string, string> | undefined]>([
  ["/", "/", {}],
  ["/", "/x", undefined],
  ["/deliveries/:id?", "/deliveries", {}],
  ["/deliveries/:id?", "/deliveries/12", { id: "12" }],
  ["/deliveries/:id?", "/deliveries/12/x", undefined],
  ["/destinations/:name?/:verb?", "/destinations/a%2Fb/edit", { name: "a/b", verb: "edit" }],
  ["/destinations/:name", "/destinations", undefined],
  ["/a/:b", "/a/%E0%A4%A", undefined],
])("%s at %s", (pattern, path, expected) => {
  expect(match(pattern, path)).toEqual(expected);
});

test("an address leaves out what is empty", () => {
  expect(href("/deliveries", { status: "dead", since: undefined, eventId: "" })).toBe("#/deliveries?status=dead");
  expect(href("/")).toBe("#/");
});
