// How uPlot is to draw: the theme's colours and letters, quiet axes, whole steps.
import type uPlot from "uplot";

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
      { ...axis, size: 28, space: 80, grid: { show: false } },
      {
        ...axis,
        size: 44,
        gap: 6,
        space: 36,
        grid: { stroke: colour("--line"), width: 1 },
        values: (_, ticks) => ticks.map((tick) => format(tick)),
      },
    ],
    series: [
      {},
      ...all.map((one) => ({
        label: one.label,
        stroke: colour(`--${one.tone}`),
        fill: withAlpha(colour(`--${one.tone}`), 0.1),
        width: 1.75,
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

function withAlpha(colour: string, alpha: number): string {
  return colour.replace(/^rgb\((.*)\)$/, (_, parts: string) => `rgb(${parts.replaceAll(",", " ")} / ${alpha})`);
}
