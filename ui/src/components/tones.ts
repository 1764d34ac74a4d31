// What a colour means, the same everywhere.

/** Good, to be looked at, bad, neutral information, ours, or nothing at all. */
export type Tone = "ok" | "warn" | "bad" | "info" | "accent" | "idle";
