// Every page in both themes: axe finds no violation, the browser has nothing to complain of. With AMPLINE_SCREENSHOTS each is kept as a
// picture in that folder. Nothing here is a double: runtime, emulators and browser are real.
import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { openBrowser, openDesk, signIn, type Desk } from "./desk";
import { sights } from "./pages";
import { populate } from "./populate";
import { startWorld, type World } from "./world";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const pictures = process.env["AMPLINE_SCREENSHOTS"];

interface Violation {
  id: string;
  help: string;
  nodes: { target: unknown; failureSummary?: string }[];
}

let world: World;
let browser: Browser;

beforeAll(async () => {
  world = await startWorld();
  browser = await openBrowser();
  await populate(world);
});
afterAll(async () => {
  await browser.close();
  await world.stop();
});

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const found = await page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run: (options: unknown) => Promise<{ violations: Violation[] }> } };
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
    return (await axe.run({ runOnly: tags })).violations;
  });
  return found.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${id}: ${help}: ${JSON.stringify(node.target)} ${node.failureSummary ?? ""}`),
  );
}

async function look(desk: Desk, name: string): Promise<void> {
  await desk.page.evaluate(() => document.fonts.ready.then(() => undefined));
  if (pictures !== undefined) {
    await mkdir(pictures, { recursive: true });
    await desk.page.screenshot({ path: join(pictures, `${name}.png`) });
  }
  expect(await violations(desk.page), name).toEqual([]);
  expect(desk.complaints, name).toEqual([]);
}

describe.each(["light", "dark"] as const)("%s", (scheme) => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await openDesk(browser, world, { scheme });
  });
  afterAll(() => desk.close());

  test("sign-in", async () => {
    await desk.page.goto(world.url);
    await desk.page.getByRole("heading", { name: "Sign in to Ampline" }).waitFor();
    await look(desk, `sign-in-${scheme}`);
    await signIn(desk, world);
  });

  test.each(sights)("$name", async ({ name, path, ready }) => {
    await desk.go(path);
    await ready(desk.page);
    await look(desk, `${name}-${scheme}`);
  });
});
