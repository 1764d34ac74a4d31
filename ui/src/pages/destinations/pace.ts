// The pace of a destination as a form holds it: how its members are typed, shown and read back.
import { ApiError, type Schemas } from "../../api/client";

export type Delivery = Schemas["DestinationDelivery"];
export type PaceKey = keyof Delivery;

interface PaceField {
  label: string;
  help: string;
  /** What stands in the empty control: how it is where nothing is set. */
  usual: string;
}

/** The members in the order of the form. */
export const paceFields: Record<PaceKey, PaceField> = {
  concurrency: { label: "Messages in flight", help: "At the same time, at most.", usual: "64" },
  ratePerSecond: { label: "Messages per second", help: "At most; `0.5` is one in two seconds.", usual: "no limit" },
  retryDelaysSeconds: {
    label: "Waits before retries",
    help: "After the first failed attempt, the second, …: `30 s, 5 min, 2 h`; `none` for a single attempt.",
    usual: "5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 10 h",
  },
  disableAfterSeconds: {
    label: "Stop after nothing but failures for",
    help: "`12 h` or `3 d`; `0` never stops it.",
    usual: "5 d",
  },
  backlogMegabytes: {
    label: "Megabytes that may wait",
    help: "Beyond it, the reads that feed it wait.",
    usual: "the runtime's limit",
  },
};
export const paceKeys = Object.keys(paceFields) as PaceKey[];

const UNITS: readonly (readonly [string, number])[] = [
  ["d", 86_400],
  ["h", 3_600],
  ["min", 60],
  ["s", 1],
];

/** Seconds in the largest unit that holds them whole. */
export function seconds(value: number): string {
  const [unit, size] = UNITS.find(([, one]) => value > 0 && value % one === 0) ?? (["s", 1] as const);
  return `${value / size} ${unit}`;
}

function secondsOf(text: string): number | undefined {
  const [, digits, unit] = /^(\d{1,9}) *(s|min|h|d)?$/.exec(text.trim()) ?? [];
  const size = UNITS.find(([name]) => name === (unit ?? "s"))?.[1];
  return digits === undefined || size === undefined ? undefined : Number(digits) * size;
}

/** A member as it is shown, in a control or on a page. */
export function shownPace(key: PaceKey, delivery: Delivery): string {
  if (key === "retryDelaysSeconds") {
    const delays = delivery[key];
    return delays === undefined ? "" : delays.length === 0 ? "none" : delays.map(seconds).join(", ");
  }
  const value = delivery[key];
  if (value === undefined) return "";
  return key === "disableAfterSeconds" && value > 0 ? seconds(value) : String(value);
}

/** What the controls hold at first. */
export function typedPace(delivery: Delivery): Record<PaceKey, string> {
  return Object.fromEntries(paceKeys.map((key) => [key, shownPace(key, delivery)])) as Record<PaceKey, string>;
}

/** What was typed, read; and what of it is no number or time at all. What a number may be the runtime says. */
export function readPace(typed: Record<PaceKey, string>): { delivery: Delivery; faults: Partial<Record<PaceKey, string>> } {
  const delivery: Delivery = {};
  const faults: Partial<Record<PaceKey, string>> = {};
  for (const key of paceKeys) {
    const text = typed[key].trim();
    if (text === "") continue;
    if (key === "retryDelaysSeconds") {
      const delays = text === "none" ? [] : text.split(",").map(secondsOf);
      const known = delays.filter((delay) => delay !== undefined);
      if (known.length === delays.length) delivery[key] = known;
      else faults[key] = "Times with commas between them, such as `30 s, 5 min, 2 h`, or `none`.";
    } else if (key === "disableAfterSeconds") {
      const time = secondsOf(text);
      if (time === undefined) faults[key] = "A time, such as `12 h` or `3 d`.";
      else delivery[key] = time;
    } else {
      const number = Number(text);
      if (!Number.isFinite(number)) faults[key] = "A number, or nothing.";
      else if (key !== "ratePerSecond" && !Number.isInteger(number)) faults[key] = "A whole number, or nothing.";
      else delivery[key] = number;
    }
  }
  return { delivery, faults };
}

/** What the runtime finds wrong with members of the pace, each at its control. */
export function refusedPace(error: unknown): Partial<Record<PaceKey, string>> {
  const issues = error instanceof ApiError ? (error.problem.issues ?? []) : [];
  const at = (key: PaceKey): [PaceKey, string][] => {
    const found = issues.find(({ name }) => new RegExp(`(^|\\.)delivery\\.${key}(\\[\\d+\\])?$`).test(name));
    return found ? [[key, found.remedy === undefined ? found.detail : `${found.detail}: ${found.remedy}`]] : [];
  };
  return Object.fromEntries(paceKeys.flatMap(at));
}
