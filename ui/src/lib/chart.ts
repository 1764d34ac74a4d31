// How uPlot is to draw: the theme's colours and letters, quiet axes, whole steps.
import uPlot from "uplot";

/** One line of a chart. */
export interface ChartSeries {
  label: string;
  tone: "accent" | "bad" | "ok" | "warn";
  values: readonly (number | null)[];
}

interface Size {
  widthPx: number;
  heightPx: number;
  format: (value: number) => string;
}

const clock = new Intl.DateTimeFormat("en", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
/** Steps of an axis that counts things. */
const WHOLE = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6, 1e7, 1e8];
const bars = uPlot.paths.bars?.({ size: [0.72, 14], radius: 0.25 });

/** Options for uPlot. `element` is where custom properties are read from. */
export function series(element: HTMLElement, all: readonly ChartSeries[], { widthPx, heightPx, format }: Size): uPlot.Options {
  const colour = colours(element);
  const axis: Partial<uPlot.Axis> = {
    stroke: colour("--text-faint"),
    font: `11px ${getComputedStyle(element).getPropertyValue("--font")}`,
    ticks: { show: false },
  };
  return {
    width: widthPx,
    height: heightPx,
    padding: [8, 8, 0, 0],
    cursor: { y: false, points: { size: 7 } },
    legend: { show: false },
    scales: { y: { range: (_, min, max) => [Math.min(0, min), Math.max(1, max * 1.15)] } },
    axes: [
      {
        ...axis,
        size: 26,
        space: 80,
        grid: { show: false },
        values: (_, ticks) => ticks.map((tick) => clock.format(tick * 1000)),
      },
      {
        ...axis,
        size: 44,
        gap: 6,
        space: 36,
        incrs: WHOLE,
        grid: { stroke: colour("--line"), width: 1 },
        values: (_, ticks) => ticks.map((tick) => format(tick)),
      },
    ],
    series: [
      {},
      ...all.map((one) => ({
        label: one.label,
        stroke: colour(`--${one.tone}`),
        fill: colour(`--${one.tone}`),
        width: 0,
        ...(bars ? { paths: bars } : {}),
        points: { show: false },
      })),
    ],
  };
}

/** Custom properties as a canvas takes them: it knows no `light-dark()`. */
function colours(element: HTMLElement): (name: string) => string {
  const probe = document.createElement("span");
  element.append(probe);
  const found = new Map<string, string>();
  const colour = (name: string): string => {
    const known = found.get(name);
    if (known !== undefined) return known;
    probe.style.color = `var(${name})`;
    const value = getComputedStyle(probe).color;
    found.set(name, value);
    return value;
  };
  for (const name of ["--text-faint", "--line", "--accent", "--bad", "--ok", "--warn"]) colour(name);
  probe.remove();
  return colour;
}
