// Figures as the other benchmarks have them: a table for people, JSON for programs, and what each should be.
import { writeFile } from "node:fs/promises";

interface Figure {
  bench: "desk";
  name: string;
  value: number;
  unit: string;
  target: { atMost: number } | { atLeast: number } | null;
  met: boolean | null;
}

const figures: Figure[] = [];

/** A figure that only tells of scale. */
export function scale(name: string, value: number, unit: string): void {
  figures.push({ bench: "desk", name, value, unit, target: null, met: null });
}

/** A figure that should be no more than this. */
export function atMost(name: string, value: number, unit: string, most: number): void {
  figures.push({ bench: "desk", name, value, unit, target: { atMost: most }, met: value <= most });
}

/** A figure that should be no less than this. */
export function atLeast(name: string, value: number, unit: string, least: number): void {
  figures.push({ bench: "desk", name, value, unit, target: { atLeast: least }, met: value >= least });
}

/** Prints what was measured; with AMPLINE_BENCH_JSON it is written there too. */
export async function report(): Promise<void> {
  const bound = ({ target }: Figure): string =>
    target === null ? "" : "atMost" in target ? `<= ${target.atMost}` : `>= ${target.atLeast}`;
  const met = (figure: Figure): string => (figure.met === null ? "" : figure.met ? "yes" : "NO");
  const rows = figures.map((one) =>
    [one.name.padEnd(62), one.value.toFixed(1).padStart(10), one.unit.padEnd(10), bound(one).padEnd(10), met(one)].join(" "),
  );
  console.log(["", ...rows, ""].join("\n"));
  const path = process.env["AMPLINE_BENCH_JSON"];
  if (path !== undefined) await writeFile(path, JSON.stringify({ figures }, null, 2));
}

/** The value below which this share of all lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
