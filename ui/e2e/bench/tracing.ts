// What the main thread of a page did, by Chromium's own trace: every task with its length, and when keys were pressed.
import type { Browser, Page } from "playwright-core";

/** A task of the page's main thread. */
export interface Task {
  atUs: number;
  /** By the clock: other programs count. */
  wallMs: number;
  /** Of the processor, for this thread alone. */
  cpuMs: number;
}

/** What was traced. */
export interface Trace {
  tasks: Task[];
  /** When keys went down. */
  keysAtUs: number[];
}

interface TraceEvent {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  ts: number;
  dur?: number;
  tdur?: number;
  args?: { name?: string; data?: { type?: string } };
}

/** Traces while something is done. */
export async function traced(browser: Browser, page: Page, act: () => Promise<void>): Promise<Trace> {
  const categories = ["toplevel", "devtools.timeline", "disabled-by-default-devtools.timeline", "__metadata"];
  await browser.startTracing(page, { categories });
  await act();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
  const keys = traceEvents.filter((event) => event.name === "EventDispatch" && event.args?.data?.type === "keydown");
  const counts = new Map<string, number>();
  const threadOf = ({ pid, tid }: TraceEvent): string => `${pid}/${tid}`;
  // The page is the renderer that most happened in: other renderers are spare ones.
  const isMain = new Set(
    traceEvents.filter((event) => event.name === "thread_name" && event.args?.name === "CrRendererMain").map(threadOf),
  );
  const tasks = traceEvents.filter((event) => event.ph === "X" && event.name.endsWith("RunTask") && isMain.has(threadOf(event)));
  for (const task of tasks) counts.set(threadOf(task), (counts.get(threadOf(task)) ?? 0) + (task.tdur ?? 0));
  const [busiest] = [...counts].sort(([, one], [, other]) => other - one)[0] ?? [];
  return {
    tasks: tasks
      .filter((task) => threadOf(task) === busiest)
      .map((task) => ({ atUs: task.ts, wallMs: (task.dur ?? 0) / 1_000, cpuMs: (task.tdur ?? 0) / 1_000 })),
    keysAtUs: keys.map((event) => event.ts).sort((one, other) => one - other),
  };
}

/** The longest task behind each key, until the next one. */
export function perKey({ tasks, keysAtUs }: Trace, length: (task: Task) => number): number[] {
  return keysAtUs.map((at, index) => {
    const end = keysAtUs[index + 1] ?? Number.MAX_SAFE_INTEGER;
    // The task that dispatches a key began before it.
    const within = tasks.filter((task) => task.atUs + task.wallMs * 1_000 >= at && task.atUs < end);
    return Math.max(0, ...within.map(length));
  });
}
