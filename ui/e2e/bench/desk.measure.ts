// The figures of the operator's desk: until the first page is usable, the list of deliveries while a thousand a second stream in, typing in
// a manifest of 5,000 lines, and until the desktop's window is ready. Runtime, emulators and browsers are real. Chromium draws without a
// graphics card here, so beside the frames that were shown stands what they cost the page's main thread, which is the page's own doing.
import type { Browser, CDPSession, Page } from "playwright-core";
import { afterAll, beforeAll, test } from "vitest";

import { openBrowser, openDesk, signIn, type Desk } from "../desk";
import { settled, webhook } from "../populate";
import { startWorld, type World } from "../world";
import { atLeast, atMost, quantile, report, scale } from "./figures";
import { stream } from "./load";
import { perKey, traced } from "./tracing";
import { windowTimes } from "./window";

const ROUNDS = 9;
const WINDOW_ROUNDS = 5;
const PER_SECOND = 1_000;
const STREAM_MS = 10_000;
const LINES = 5_000;
const STROKES = 120;

let world: World;
let browser: Browser;
let desk: Desk;
let page: Page;

beforeAll(async () => {
  world = await startWorld();
  browser = await openBrowser();
  await settled(world);
  await webhook(world, "stream");
  desk = await openDesk(browser, world);
  page = desk.page;
  await signIn(desk, world);
});
afterAll(async () => {
  await browser.close();
  await world.stop();
  await report();
});

test("the first page", async () => {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    await page.goto("about:blank");
    const begin = performance.now();
    await page.goto(world.url);
    await page.getByRole("table", { name: "Destinations" }).waitFor();
    times.push(performance.now() - begin);
  }
  atMost("first page usable, median of 9", quantile(times, 0.5), "ms", 1_000);
  scale("first page usable, slowest of 9", Math.max(...times), "ms");
});

/** Seconds of the processor that the page's main thread has used. */
async function busyMs(session: CDPSession): Promise<number> {
  const { metrics } = await session.send("Performance.getMetrics");
  return (metrics.find(({ name }) => name === "TaskDuration")?.value ?? Number.NaN) * 1_000;
}

test("deliveries that stream in", async () => {
  await desk.go("/deliveries");
  const grid = page.getByRole("grid");
  await grid.getByText("contacts").first().waitFor();
  const rows = async (): Promise<number> => Number(await grid.getAttribute("aria-rowcount"));
  const session = await desk.context.newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  await page.evaluate(() => {
    const gaps: number[] = [];
    (window as unknown as { gaps: number[] }).gaps = gaps;
    let last = performance.now();
    const frame = (now: number): void => {
      gaps.push(now - last);
      last = now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
  let [taken, shown, busy] = [0, 0, 0];
  let gaps: number[] = [];
  const trace = await traced(browser, page, async () => {
    // Frames of the time before and behind, in which nothing comes and the trace is begun and fetched, are none of those that count.
    await page.evaluate(() => void (window as unknown as { gaps: number[] }).gaps.splice(0));
    const [rowsBefore, busyBefore] = [await rows(), await busyMs(session)];
    taken = await stream(world, "stream", PER_SECOND, STREAM_MS);
    gaps = await page.evaluate(() => [...(window as unknown as { gaps: number[] }).gaps]);
    [shown, busy] = [(await rows()) - rowsBefore, (await busyMs(session)) - busyBefore];
  });
  const seconds = STREAM_MS / 1_000;
  const cpu = trace.tasks.map((task) => task.cpuMs);
  scale("deliveries asked for and taken", taken / seconds, "1/s");
  scale("deliveries that the list showed meanwhile", shown / seconds, "1/s");
  atLeast(
    "frames of the list meanwhile, without a graphics card",
    (gaps.length * 1_000) / gaps.reduce((a, b) => a + b, 0),
    "1/s",
    // The display has sixty a second and no more: below that by one in a hundred and twenty, nobody sees it.
    59.5,
  );
  scale("gap between two frames, 99th percentile", quantile(gaps, 0.99), "ms");
  scale("gap between two frames, longest", Math.max(...gaps), "ms");
  // A frame lasts a sixtieth of a second.
  atMost("main thread's processor time per frame", busy / gaps.length, "ms", 16);
  scale("main thread's share of the time", (busy / STREAM_MS) * 100, "%");
  scale("task of the main thread, 99th percentile, processor time", quantile(cpu, 0.99), "ms");
  atMost("task of the main thread, longest, processor time", Math.max(...cpu), "ms", 50);
});

test("typing in a manifest of 5,000 lines", async () => {
  const object = `        - objectName: contacts
          destination: contacts
          schedule: "*/30 * * * *"
          requiredFields:
            - fieldName: email
          optionalFields:
            - fieldName: city
`;
  const head = "specVersion: 1.0.0\nintegrations:\n  - name: billing\n    provider: hubspot\n    read:\n      objects:\n";
  const times = Math.ceil(LINES / (object.split("\n").length - 1));
  const text = head + Array.from({ length: times }, (_, at) => object.replace("contacts", `object${at}`)).join("");
  const draft = { text, base: "", savedAt: Date.now() };
  await page.evaluate((kept) => localStorage.setItem("ampline.draft/acme-product/amp.yaml", JSON.stringify(kept)), draft);
  await desk.go("/manifest");
  await page.getByText("This is your unsaved edit").waitFor();
  for (const [place, key] of [
    ["at its end", "Control+End"],
    ["at its beginning", "Control+Home"],
  ] as const) {
    await page.getByRole("textbox", { name: "amp.yaml" }).click();
    await page.keyboard.press(key);
    await page.keyboard.insertText("# ");
    const typed = "a remark of some letters and more ".repeat(4).slice(0, STROKES);
    // As fast as people type, with pauses in which what is checked behind the typing begins.
    const trace = await traced(browser, page, async () => {
      for (const [at, letter] of Array.from(typed).entries())
        await page.keyboard.type(letter, { delay: at % 10 === 9 ? 400 : 70 });
    });
    const cpu = perKey(trace, (task) => task.cpuMs);
    const wall = perKey(trace, (task) => task.wallMs);
    scale(`longest task behind a key ${place}, median`, quantile(cpu, 0.5), "ms");
    scale(`longest task behind a key ${place}, 99th percentile`, quantile(cpu, 0.99), "ms");
    atMost(`longest task behind a key ${place}, worst`, Math.max(...cpu), "ms", 50);
    scale(`the same by the clock ${place}, worst`, Math.max(...wall), "ms");
  }
});

test("the window of the desktop", async () => {
  // A second runtime on a folder is refused: the window starts its own.
  await world.stopRuntime();
  // The first start fills the caches.
  const [, ...times] = await windowTimes(world, 1 + WINDOW_ROUNDS);
  atMost("window ready, warm, median of 5", quantile(times, 0.5), "ms", 2_000);
  scale("window ready, warm, slowest of 5", Math.max(...times), "ms");
});
