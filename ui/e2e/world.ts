// A small world on loopback for the pages to be tried in: the repository's emulated HubSpot and webhook receiver, and the real runtime
// between them. Nothing of our own API is imitated.
import { spawn, type ChildProcess } from "node:child_process";
import { openSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { CLIENT, type Provider } from "./provider";

const START_MS = 120_000;
const SIGNING_KEY = "whsec_bG9vcGJhY2stc2lnbmluZy1rZXktMDEyMzQ1Njc4OQ==";
/** The only one that the emulated HubSpot takes. */
export const TOKEN = "loopback-token";

const MANIFEST = `specVersion: 1.0.0
integrations:
  - name: crm
    displayName: Demo CRM
    provider: hubspot
    read:
      objects:
        - objectName: contacts
          destination: contacts
          schedule: "*/10 * * * *"
          backfill:
            defaultPeriod:
              fullHistory: true
          requiredFields:
            - fieldName: email
            - fieldName: firstname
            - fieldName: lastname
              mapToName: familyName
        - objectName: companies
          destination: companies
          schedule: "*/15 * * * *"
          backfill:
            defaultPeriod:
              fullHistory: true
          requiredFields:
            - fieldName: name
            - fieldName: domain
`;

/** A running world. */
export interface World {
  /** Where the runtime serves its pages and its API. */
  url: string;
  /** An API key of the runtime. */
  key: string;
  /** Where the receiver takes webhooks. */
  receiver: string;
  /** The folder with amp.yaml, ampline.toml, data and the runtime's log. */
  folder: string;
  /** What programs in the folder need to have around them. */
  environment: NodeJS.ProcessEnv;
  /** Has the receiver answer 503 to everything, or take everything again. */
  down: (isDown: boolean) => Promise<void>;
  /** Has the receiver answer so many of the next messages to a path with this status. */
  fault: (on: string, status: number, times: number) => Promise<void>;
  /** Asks the API with the key. */
  ask: (method: string, path: string, body?: unknown) => Promise<unknown>;
  /** Stops and starts the runtime again, at the same address. */
  stopRuntime: () => Promise<void>;
  startRuntime: () => Promise<void>;
  stop: () => Promise<void>;
}

/** Programs that were built along with the runtime: AMPLINE_BIN_DIR, else target/debug. */
export function program(name: string): string {
  return join(process.env["AMPLINE_BIN_DIR"] ?? new URL("../../target/debug", import.meta.url).pathname, name);
}

/** The component of a sink that is not built in, and does what its configuration says: built along with the emulators. */
export async function sinkComponent(): Promise<string> {
  const builds = program("build");
  const files = (await readdir(builds)).map((one) => join(builds, one, "out", "misbehaving.wasm"));
  const times = await Promise.all(
    files.map((file) =>
      stat(file).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      ),
    ),
  );
  const newest = files[times.indexOf(Math.max(...times))];
  if (newest === undefined) throw new Error(`no component in ${builds}: build the emulators with cargo build --bins`);
  return newest;
}

/** What a world may have besides. */
export interface Furniture {
  contacts?: number;
  /** Origins whose pages may ask the runtime. */
  allowedOrigins?: string[];
  /** Nothing is read, and there is nowhere to send: how a runtime is at its first start. */
  isBare?: boolean;
  /** Where customers consent, for the product's own registration at HubSpot. */
  provider?: Provider;
}

/** Starts everything, and waits until the runtime answers. Its receiver checks no signatures: destinations made here have keys of their own. */
export async function startWorld({
  contacts = 400,
  allowedOrigins = [],
  isBare = false,
  provider,
}: Furniture = {}): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), "ampline-desk-"));
  const children: ChildProcess[] = [];
  try {
    const emulator = await announced(children, "hubspot-emulator", ["--contacts", String(contacts), "--token", TOKEN]);
    const receiver = await announced(children, "webhook-receiver", []);
    if (!isBare) await writeFile(join(folder, "amp.yaml"), MANIFEST);
    const app = provider ? registration(at(emulator), provider) : "";
    const things = isBare ? "" : furniture(at(emulator), receiver.url.replace(/\/$/, ""));
    await writeFile(join(folder, "ampline.toml"), settings(allowedOrigins) + things + app);
    const port = await freePort();
    const runtime = new Runtime(folder, port, isBare ? ["run", "--config", "ampline.toml"] : ["run", "amp.yaml"]);
    await runtime.start();
    const key = await runtime.key();
    const url = `http://127.0.0.1:${port}`;
    return {
      url,
      key,
      receiver: receiver.url.replace(/\/$/, ""),
      folder,
      environment: runtime.environment(),
      down: (isDown) => control(receiver.url, "PUT", "mode", { mode: isDown ? "down" : "up" }),
      fault: (on, status, times) => control(receiver.url, "POST", "faults", { on, times, answer: { status: { status } } }),
      ask: (method, path, body) => ask(url, key, method, path, body),
      stopRuntime: () => runtime.stop(),
      startRuntime: () => runtime.start(),
      stop: async () => {
        await runtime.stop();
        await Promise.all(children.map(ended));
        await rm(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await Promise.all(children.map(ended));
    throw error;
  }
}

interface Announcement {
  address: string;
  url: string;
}

function at(one: Announcement): string {
  return `http://${one.address}`;
}

/** Starts a program that prints where it listens as one line of JSON. */
async function announced(children: ChildProcess[], name: string, args: string[]): Promise<Announcement> {
  const child = spawn(program(name), args, { stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  let text = "";
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`${name} ended with ${code ?? "a signal"}`)));
    child.stdout.on("data", (piece: Buffer) => {
      text += piece.toString();
      const end = text.indexOf("\n");
      if (end >= 0) resolve(JSON.parse(text.slice(0, end)) as Announcement);
    });
  });
}

/** The real runtime as a process, over any number of starts. */
class Runtime {
  #child: ChildProcess | undefined;
  readonly #folder: string;
  readonly #port: number;
  readonly #command: readonly string[];

  constructor(folder: string, port: number, command: readonly string[]) {
    this.#folder = folder;
    this.#port = port;
    this.#command = command;
  }

  async start(): Promise<void> {
    const log = join(this.#folder, "ampline.log");
    const out = openSync(log, "a");
    const args = [...this.#command, "--listen", `127.0.0.1:${this.#port}`, "--shutdown-grace-s", "2"];
    const child = spawn(program("ampline"), args, { cwd: this.#folder, env: this.environment(), stdio: ["ignore", out, out] });
    this.#child = child;
    const deadline = Date.now() + START_MS;
    for (;;) {
      const alive = await fetch(`http://127.0.0.1:${this.#port}/health/live`).then(
        (answer) => answer.ok,
        () => false,
      );
      if (alive) return;
      if (child.exitCode !== null || Date.now() > deadline)
        throw new Error(`the runtime did not start:\n${await readFile(log, "utf8")}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async stop(): Promise<void> {
    if (this.#child) await ended(this.#child);
    this.#child = undefined;
  }

  async key(): Promise<string> {
    const child = spawn(program("ampline"), ["secrets", "show", "api-key", "--data-dir", join(this.#folder, "data")], {
      cwd: this.#folder,
      env: this.environment(),
      stdio: ["ignore", "pipe", "inherit"],
    });
    let text = "";
    child.stdout.on("data", (piece: Buffer) => (text += piece.toString()));
    await new Promise((resolve) => child.once("close", resolve));
    return text.trim();
  }

  /** Secrets that the settings name, and where the data lies. */
  environment(): NodeJS.ProcessEnv {
    return {
      ...process.env,
      SIGNING_KEY,
      CLIENT_SECRET: CLIENT.secret,
      HUBSPOT_TOKEN: TOKEN,
      AMPLINE_DATA_DIR: join(this.#folder, "data"),
    };
  }
}

/** Ends a process, and waits until it has. */
function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) {
      resolve();
      return;
    }
    child.removeAllListeners("exit");
    child.once("exit", () => resolve());
    child.kill("SIGTERM");
  });
}

export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => (typeof address === "object" && address ? resolve(address.port) : reject(new Error("no port"))));
    });
  });
}

/** Tells the receiver how to answer. */
async function control(receiver: string, method: string, what: string, body: unknown): Promise<void> {
  const headers = { "content-type": "application/json" };
  const answer = await fetch(new URL(`/_control/${what}`, receiver), { method, headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`the receiver does not take ${JSON.stringify(body)}: ${await answer.text()}`);
}

async function ask(url: string, key: string, method: string, path: string, body?: unknown): Promise<unknown> {
  const headers: Record<string, string> = { "x-api-key": key };
  if (body !== undefined) headers["content-type"] = "application/json";
  const answer = await fetch(`${url}${path}`, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return text === "" ? undefined : (JSON.parse(text) as unknown);
}

/** The product's own registration at a provider. */
function registration(hubspot: string, { authUrl, tokenUrl }: Provider): string {
  return `
[provider_apps.hubspot]
client_id = "${CLIENT.id}"
client_secret = { env = "CLIENT_SECRET" }
auth_url = "${authUrl}"
token_url = "${tokenUrl}"
base_url = "${hubspot}"
`;
}

function settings(allowedOrigins: string[]): string {
  return `[project]
id = "acme-product"

[api]
allowed_origins = ${JSON.stringify(allowedOrigins)}

[network]
allow = ["127.0.0.0/8"]
`;
}

/** Destinations, and a customer whose contacts and companies are read. */
function furniture(hubspot: string, receiver: string): string {
  return `
[destinations.contacts]
type = "webhook"
url = "${receiver}/contacts"
signing_key = { env = "SIGNING_KEY" }

[destinations.companies]
type = "api"
endpoint = "companies"

# Gives up after the second attempt, so that there are dead letters without waiting for days.
[destinations.orders]
type = "webhook"
url = "${receiver}/orders"
signing_key = { env = "SIGNING_KEY" }
retry_delays_s = [1]

[connections.acme-hubspot]
provider = "hubspot"
base_url = "${hubspot}"
access_token = { env = "HUBSPOT_TOKEN" }

[[installations]]
integration = "crm"
connection = "acme-hubspot"
group_ref = "acme"
group_name = "ACME Corporation"
consumer_ref = "user-1"
consumer_name = "Una"
`;
}
