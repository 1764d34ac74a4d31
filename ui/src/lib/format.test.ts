// Numbers, sizes, durations and times in words.
import { expect, test } from "vitest";

import { bytes, duration, plural, relative, short, words } from "./format";

test.each([
  [bytes, 0, "0 B"],
  [bytes, 999, "999 B"],
  [bytes, 1_000, "1.0 kB"],
  [bytes, 999_600, "1.0 MB"],
  [bytes, 312_400_000, "312 MB"],
  [duration, 0.25, "250 µs"],
  [duration, 4.23, "4.2 ms"],
  [duration, 999.7, "1.0 s"],
  [duration, 59_600, "1 min"],
  [duration, 5_400_000, "1 h 30 min"],
  [duration, 3 * 86_400_000, "3 d"],
  [short, 9_999, "9,999"],
  [short, 12_345, "12.3K"],
  [(value: number) => plural(value, "message"), 1, "1 message"],
  [(value: number) => plural(value, "delivery", "deliveries"), 2_000, "2,000 deliveries"],
  [(value: number) => relative(value, 0), 400, "now"],
  [(value: number) => relative(value, 0), 5_000, "in 5 s"],
  [(value: number) => relative(value, 0), -7_200_000, "2 h ago"],
] as const)("%o of %d", (print, value, expected) => {
  expect(print(value)).toBe(expected);
});

test("names become words", () => {
  expect(words("groupRef")).toBe("Group ref");
  expect(words("event_id")).toBe("Event id");
});
