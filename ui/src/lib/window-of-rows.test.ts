// Which rows are drawn: at every place of lists of any length, and back from a row to where it is scrolled to.
import { expect, test } from "vitest";

import { drawn, HEIGHT_PX_MAX, scrollTo, type View } from "./window-of-rows";

const view = (change: Partial<View>): View => ({ count: 1_000, rowPx: 36, viewPx: 720, scrollPx: 0, spare: 5, ...change });

test.each([
  ["an empty list", view({ count: 0 }), { first: 0, end: 0, offsetPx: 0, heightPx: 0 }],
  ["a short one", view({ count: 3 }), { first: 0, end: 3, offsetPx: 0, heightPx: 108 }],
  ["the top", view({}), { first: 0, end: 25, offsetPx: 0, heightPx: 36_000 }],
  ["in between", view({ scrollPx: 3_618 }), { first: 95, end: 126, offsetPx: -198, heightPx: 36_000 }],
  ["beyond the end", view({ scrollPx: 99_999 }), { first: 975, end: 1_000, offsetPx: -180, heightPx: 36_000 }],
])("%s", (_, given, expected) => {
  expect(drawn(given)).toEqual(expected);
});

test("a million rows fit into what engines can scroll, and each can be reached", () => {
  const million = view({ count: 1_000_000 });
  expect(drawn(million).heightPx).toBe(HEIGHT_PX_MAX);
  for (const index of [0, 1, 499_999, 999_998, 999_999]) {
    const scrollPx = scrollTo(index, million);
    const { first, end, offsetPx } = drawn({ ...million, scrollPx });
    const topPx = offsetPx + (index - first) * million.rowPx;
    expect(index >= first && index < end, `row ${index} is drawn`).toBe(true);
    expect(topPx, `row ${index} is in view`).toBeGreaterThanOrEqual(-0.01);
    expect(topPx + million.rowPx, `row ${index} is in view`).toBeLessThanOrEqual(million.viewPx + 0.01);
    expect(end - first).toBeLessThan(40);
  }
});

test("a row in view leaves the list where it is", () => {
  expect(scrollTo(12, view({ scrollPx: 100 }))).toBe(100);
});
