import { describe, expect, it } from "vitest";

import type { Choice, LocalState } from "./desk.svelte";
import { nameOf, stateOf } from "./runtime";

describe("the runtime in words", () => {
  it.each<[Choice, string]>([
    [{ kind: "own" }, "This machine"],
    [{ kind: "folder", path: "/srv/a/shop" }, "shop"],
    [{ kind: "profile", name: "prod" }, "prod"],
  ])("names %o", (choice, expected) => {
    expect(nameOf(choice)).toBe(expected);
  });

  it.each<[LocalState | null, string | null, string]>([
    [{ state: "running", project: "p", ours: true }, null, "ok Running"],
    [{ state: "running", project: "p", ours: false }, null, "ok Running, started elsewhere"],
    [{ state: "starting" }, null, "info Starting"],
    [{ state: "failed", reason: "no" }, "no", "bad Failed"],
    [{ state: "stopped" }, null, "idle Stopped"],
    [null, "no such folder", "bad Cannot start"],
  ])("says how %o stands", (local, trouble, expected) => {
    const { tone, label } = stateOf({ choice: { kind: "own" }, local, trouble, troubles: 0 });
    expect(`${tone} ${label}`).toBe(expected);
  });
});
