// A browser at the desk: signs in, goes to pages, and notes whatever the browser complains of.
import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";

import type { World } from "./world";

/** How long a page may take to show what is waited for; machines that run tests are busy. */
const PATIENCE_MS = 20_000;

/** A page of a browser of its own. */
export interface Desk {
  page: Page;
  context: BrowserContext;
  /** Errors that the browser told of: uncaught ones, refused by policy, or logged. */
  complaints: string[];
  /** Goes to a page of the desk by what stands behind the hash. */
  go: (path: string) => Promise<void>;
  close: () => Promise<void>;
}

/** How it looks. */
export interface Look {
  scheme?: "light" | "dark";
  width?: number;
  height?: number;
}

/** Chromium as Debian packs it, or as AMPLINE_CHROMIUM says. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: process.env["AMPLINE_CHROMIUM"] ?? "/usr/bin/chromium" });
}

/** Opens a page that is not signed in yet. */
export async function openDesk(browser: Browser, world: World, look: Look = {}): Promise<Desk> {
  const context = await browser.newContext({
    colorScheme: look.scheme ?? "light",
    viewport: { width: look.width ?? 1360, height: look.height ?? 860 },
    reducedMotion: "reduce",
    acceptDownloads: true,
    locale: "en-GB",
    timezoneId: "UTC",
  });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    // What the network says of refusals is expected here and there: tests ask for what is shown instead.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) complaints.push(message.text());
  });
  return {
    page,
    context,
    complaints,
    go: async (path) => {
      await page.goto(`${world.url}/#${path}`);
    },
    close: () => context.close(),
  };
}

/** Signs in as an operator does. */
export async function signIn(desk: Desk, world: World): Promise<void> {
  await desk.page.goto(world.url);
  await desk.page.getByLabel("API key").fill(world.key);
  await desk.page.getByRole("button", { name: "Sign in" }).click();
  await desk.page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
}
