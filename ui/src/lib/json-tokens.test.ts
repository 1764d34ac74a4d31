// JSON in pieces: joined they are the text again, whatever it is.
import { expect, test } from "vitest";

import { tokens } from "./json-tokens";

test("keys, texts, numbers and words are told apart", () => {
  const found = tokens('{"a": "b\\"c", "n": -1.5e3, "t": true}').filter((one) => one.kind !== "mark");
  expect(found.map((one) => `${one.kind} ${one.text}`)).toEqual([
    'key "a"',
    'string "b\\"c"',
    'key "n"',
    "number -1.5e3",
    'key "t"',
    "word true",
  ]);
});

test.each(["", "no json", '{"cut": "in the mid', "[1,2,,]", '"\\'])("nothing of %o is lost", (text) => {
  expect(
    tokens(text)
      .map((one) => one.text)
      .join(""),
  ).toBe(text);
});
