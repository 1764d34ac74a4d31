// Every page in both themes and in a narrow window: axe finds no violation, nothing is wider than its place, the browser has nothing to
// complain of. With AMPLINE_SCREENSHOTS each is kept as a
// picture in that folder. Nothing here is a double: runtime, emulators and browser are real.
import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { openBrowser, openDesk, signIn, type Desk } from "./desk";
import { bareSights, goneSights, sights } from "./pages";
import { populate } from "./populate";
import { startWorld, type World } from "./world";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const pictures = process.env["AMPLINE_SCREENSHOTS"];

/** Both themes, and a window that is half a screen wide. */
const looks = [
  { look: "light", scheme: "light", width: 1_360 },
  { look: "dark", scheme: "dark", width: 1_360 },
  { look: "narrow", scheme: "light", width: 900 },
] as const;

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
    let changes = 0;
    const observer = new MutationObserver(() => (changes += 1));
    observer.observe(document, { childList: true, subtree: true });
    for (;;) {
      const before = changes;
      try {
        const { violations } = await axe.run({ runOnly: tags });
        observer.disconnect();
        return violations;
      } catch (error) {
        // It loses its way where live pages take elements away under it: such a page is judged as it is then.
        if (changes === before) throw error;
      }
    }
  });
  return found.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${id}: ${help}: ${JSON.stringify(node.target)} ${node.failureSummary ?? ""}`),
  );
}

/** What is wider than its place: the page, what scrolls in it, or a dialog. Tables and code scroll by themselves where they must. */
function sideways(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [document.documentElement, ...document.querySelectorAll("main, dialog[open], dialog[open] .body")]
      .filter((one) => one.scrollWidth > one.clientWidth + 1)
      .map((one) => `${one.tagName} ${one.className}: ${one.scrollWidth} px in ${one.clientWidth} px`),
  );
}

async function look(desk: Desk, name: string): Promise<void> {
  await desk.page.evaluate(() => document.fonts.ready.then(() => undefined));
  if (pictures !== undefined) {
    await mkdir(pictures, { recursive: true });
    await desk.page.screenshot({ path: join(pictures, `${name}.png`) });
  }
  expect(await violations(desk.page), name).toEqual([]);
  expect(await sideways(desk.page), name).toEqual([]);
  expect(desk.complaints, name).toEqual([]);
}

describe.each(looks)("$look", ({ look: named, ...how }) => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await openDesk(browser, world, how);
  });
  afterAll(() => desk.close());

  test("sign-in", async () => {
    await desk.page.goto(world.url);
    await desk.page.getByRole("heading", { name: "Sign in to Ampline" }).waitFor();
    await look(desk, `sign-in-${named}`);
    await signIn(desk, world);
  });

  test.each(sights)("$name", async ({ name, path, ready }) => {
    await desk.go(path);
    await ready(desk.page);
    await look(desk, `${name}-${named}`);
  });
});

describe("a runtime that has nothing yet", () => {
  let bare: World;
  beforeAll(async () => {
    bare = await startWorld({ isBare: true });
  });
  afterAll(() => bare.stop());

  test.each(looks)("$look", async ({ look: named, ...how }) => {
    const desk = await openDesk(browser, bare, how);
    await signIn(desk, bare);
    for (const { name, path, ready } of bareSights) {
      await desk.go(path);
      await ready(desk.page);
      await look(desk, `${name}-${named}`);
    }
    await desk.close();
  });
});

test("a runtime that is gone", async () => {
  const desks = await Promise.all(looks.map((how) => openDesk(browser, world, how)));
  for (const desk of desks) {
    await signIn(desk, world);
    // The pages themselves come from the runtime, too.
    for (const { path, role } of goneSights) {
      await desk.go(path);
      await desk.page.getByRole(role).first().waitFor();
    }
    await desk.go("/sinks");
    await desk.page.getByRole("heading", { level: 1, name: "Sinks" }).waitFor();
  }
  await world.stopRuntime();
  for (const [place, desk] of desks.entries()) {
    for (const { name, path, ready } of goneSights) {
      await desk.go(path);
      await ready(desk.page);
      await look(desk, `${name}-${looks[place]?.look ?? ""}`);
    }
    await desk.close();
  }
});
