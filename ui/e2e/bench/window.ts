// The desktop's window on a display of its own, driven by WebKitGTK's driver: how long it takes until its pages are there.
import { spawn, type ChildProcess } from "node:child_process";
import { access, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { freePort, program, type World } from "../world";

const PATIENCE_MS = 60_000;
/** What is there once a person can go to any page. */
const READY = "return document.querySelector('nav[aria-label=Pages]') !== null";

/** Starts the desk over the world's folder, whose runtime has ended, so many times; gives how long each took until it was ready. */
export async function windowTimes(world: World, rounds: number): Promise<number[]> {
  const home = await mkdtemp(join(tmpdir(), "ampline-window-"));
  const children: ChildProcess[] = [];
  try {
    for (const name of ["config/dev.ampline.desk", "data", "cache", "run"])
      await mkdir(join(home, name), { recursive: true, mode: 0o700 });
    const choice = { kind: "folder", path: world.folder };
    await writeFile(join(home, "config/dev.ampline.desk/desk.json"), JSON.stringify({ choice }));
    const display = await said(children, "Xvfb", ["-displayfd", "1", "-screen", "0", "1280x820x24", "-nolisten", "tcp"]);
    const bus = await said(children, "dbus-daemon", ["--session", "--print-address", "--nofork"]);
    const env = { ...world.environment, ...surroundings(home, display, bus) };
    const port = await freePort();
    children.push(spawn("WebKitWebDriver", [`--port=${port}`, "--host=127.0.0.1"], { env, stdio: "ignore" }));
    const driver = `http://127.0.0.1:${port}`;
    await until(() =>
      call(`${driver}/status`).then(
        () => true,
        () => false,
      ),
    );
    const times: number[] = [];
    for (let round = 0; round < rounds; round += 1) times.push(await once(driver, world));
    return times;
  } finally {
    for (const child of children.reverse()) child.kill("SIGTERM");
    await rm(home, { recursive: true, force: true, maxRetries: 20 });
  }
}

function surroundings(home: string, display: string, bus: string): NodeJS.ProcessEnv {
  return {
    HOME: home,
    XDG_CONFIG_HOME: join(home, "config"),
    XDG_DATA_HOME: join(home, "data"),
    XDG_CACHE_HOME: join(home, "cache"),
    XDG_RUNTIME_DIR: join(home, "run"),
    DISPLAY: `:${display}`,
    DBUS_SESSION_BUS_ADDRESS: bus,
    TAURI_WEBVIEW_AUTOMATION: "true",
    WEBKIT_DISABLE_COMPOSITING_MODE: "1",
    GDK_BACKEND: "x11",
    NO_AT_BRIDGE: "1",
    AMPLINE_LISTEN: "127.0.0.1:0",
  };
}

/** From the start of the program to its pages; then it is closed, and its runtime with it. */
async function once(driver: string, world: World): Promise<number> {
  const options = { binary: program("ampline-desktop"), args: [] };
  const capabilities = { alwaysMatch: { "webkitgtk:browserOptions": options } };
  const begin = performance.now();
  const { sessionId } = (await call(`${driver}/session`, { capabilities })) as { sessionId: string };
  const session = `${driver}/session/${sessionId}`;
  await until(async () => (await call(`${session}/execute/sync`, { script: READY, args: [] })) === true);
  const took = performance.now() - begin;
  await fetch(session, { method: "DELETE" });
  await until(() =>
    access(join(world.folder, "data/runtime.json")).then(
      () => false,
      () => true,
    ),
  );
  return took;
}

async function call(url: string, body?: unknown): Promise<unknown> {
  const answer = await fetch(url, body === undefined ? {} : { method: "POST", body: JSON.stringify(body) });
  const { value } = (await answer.json()) as { value: unknown };
  if (!answer.ok) throw new Error(`${url}: ${JSON.stringify(value)}`);
  return value;
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error("the window did not come so far");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Starts a program and waits for the first line that it prints. */
function said(children: ChildProcess[], name: string, args: string[]): Promise<string> {
  const child = spawn(name, args, { stdio: ["ignore", "pipe", "ignore"] });
  children.push(child);
  return new Promise((resolve, reject) => {
    child.once("error", () => reject(new Error(`run ${name} (Debian: xvfb webkit2gtk-driver dbus)`)));
    child.stdout.once("data", (line: Buffer) => resolve(line.toString().trim()));
  });
}
