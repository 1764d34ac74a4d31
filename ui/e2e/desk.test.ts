// What an operator does at the desk, in a real Chromium over the real runtime and the repository's emulators: signing in, making a
// destination and trying it, following deliveries as they happen, repairing what failed.
import { readFile } from "node:fs/promises";

import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";

import { openBrowser, openDesk, signIn, type Desk } from "./desk";
import { sendTest, settled, until } from "./populate";
import { sinkComponent, startWorld, type World } from "./world";

let world: World;
let browser: Browser;
let desk: Desk;
let page: Page;

beforeAll(async () => {
  world = await startWorld();
  browser = await openBrowser();
  await settled(world);
  desk = await openDesk(browser, world);
  page = desk.page;
});
afterAll(async () => {
  await browser.close();
  await world.stop();
});
afterEach(() => {
  expect(desk.complaints.splice(0)).toEqual([]);
});

const button = (name: string | RegExp) => page.getByRole("button", { name, exact: typeof name === "string" });
const said = (text: string | RegExp) => page.getByText(text).first().waitFor();

test("a wrong key is refused with what to do", async () => {
  await page.goto(world.url);
  await said("ampline secrets show api-key");
  await page.getByLabel("API key").fill("amp_wrong");
  await button("Sign in").click();
  await said("The key is not valid.");
});

test("signing in leaves no key with the browser", async () => {
  await signIn(desk, world);
  const [cookie] = await desk.context.cookies();
  expect(cookie).toMatchObject({ name: "ampline_session", httpOnly: true, sameSite: "Strict", path: "/" });
  const kept = await page.evaluate(() =>
    JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage), document.cookie]),
  );
  expect(kept).not.toContain("amp_");
  expect(kept).not.toContain("ampline_session");
  await page.reload();
  await page.getByRole("heading", { name: "Overview" }).waitFor();
});

test("the first page is usable within a second", async () => {
  const begin = Date.now();
  await page.reload();
  await page.getByRole("table", { name: "Destinations" }).waitFor();
  const tookMs = Date.now() - begin;
  console.log(`usable after ${tookMs} ms`);
  // The bound that is meant is one second; a machine that runs other tests is given more.
  expect(tookMs).toBeLessThan(5_000);
});

test("a session changes nothing from a page of another origin", async () => {
  const [cookie] = await desk.context.cookies();
  const headers = { cookie: `${cookie?.name ?? ""}=${cookie?.value ?? ""}` };
  const disable = `${world.url}/v1/projects/acme-product/destinations/contacts/disable`;
  const status = async (origin?: string): Promise<number> =>
    (await fetch(disable, { method: "POST", headers: { ...headers, ...(origin === undefined ? {} : { origin }) } })).status;
  expect(await status("https://evil.example")).toBe(403);
  expect(await status()).toBe(403);
  expect((await fetch(`${world.url}/v1/projects`, { headers })).status).toBe(200);
});

test("a revoked key ends its sessions", async () => {
  const keys = "/v1/projects/acme-product/api-keys";
  const made = (await world.ask("POST", keys, { label: "visitor", scopes: ["read"] })) as { id: string; key: string };
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify({ apiKey: made.key });
  const opened = await fetch(`${world.url}/v1/session`, { method: "POST", headers, body });
  expect(opened.status).toBe(204);
  const cookie = opened.headers.get("set-cookie")?.split(";")[0] ?? "";
  const asked = async (): Promise<number> => (await fetch(`${world.url}/v1/projects`, { headers: { cookie } })).status;
  expect(await asked()).toBe(200);
  await world.ask("DELETE", `${keys}/${made.id}`);
  expect(await asked()).toBe(401);
});

test("pages let nothing in from elsewhere", async () => {
  const answer = await fetch(world.url);
  expect(answer.headers.get("content-security-policy")).toContain("default-src 'self'");
  expect(answer.headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
  expect(answer.headers.get("cache-control")).toBe("no-cache");
  const script = /src="(\/assets\/[^"]+)"/.exec(await answer.text())?.[1] ?? "";
  const asset = await fetch(`${world.url}${script}`, { headers: { "accept-encoding": "br" } });
  expect(asset.headers.get("cache-control")).toContain("immutable");
  expect(asset.headers.get("content-encoding")).toBe("br");
  const etag = asset.headers.get("etag") ?? "";
  const again = await fetch(`${world.url}${script}`, { headers: { "accept-encoding": "br", "if-none-match": etag } });
  expect(again.status).toBe(304);
});

test("a destination is made by the form of its sink, and what is wrong is said where it is", async () => {
  await desk.go("/destinations/new");
  await button("Create destination").click();
  await said("This is needed.");
  await page.getByLabel(/^Name/).fill("shipping");
  await page.getByLabel(/^URL/).fill("not an address");
  await page.getByLabel("Time-out").fill("5");
  await said("This must be at least 1000.");
  await page.getByLabel(/^URL/).fill(`${world.receiver}/shipping`);
  await page.getByLabel("Time-out").fill("5000");
  await button("Add").click();
  await page.getByLabel("Headers: name 1").fill("x-team");
  await page.getByLabel("Headers: value 1").fill("logistics");
  await button("Create destination").click();
  await page.getByRole("heading", { level: 1, name: "shipping" }).waitFor();
  await said("x-team: logistics");
  const made = (await world.ask("GET", "/v1/projects/acme-product/destinations/shipping")) as { delivery: unknown };
  expect(made.delivery, "no pace was typed").toEqual({});
});

test("a destination is made with a pace of its own", async () => {
  await desk.go("/destinations/new");
  await page.getByLabel(/^Name/).fill("returns");
  await page.getByLabel(/^URL/).fill(`${world.receiver}/returns`);
  await page.getByLabel("Messages per second").fill("a few");
  await page.getByLabel("Waits before retries").fill("soon");
  await button("Create destination").click();
  await said("A number, or nothing.");
  expect(await page.getByLabel("Messages per second").getAttribute("aria-invalid")).toBe("true");
  expect(await page.getByLabel("Waits before retries").getAttribute("aria-invalid")).toBe("true");
  // The first field that is wrong has the focus.
  expect(await page.getByLabel("Messages per second").evaluate((one) => one === document.activeElement)).toBe(true);
  await page.getByLabel("Messages per second").fill("2.5");
  await page.getByLabel("Waits before retries").fill("10 s, 1 min, 2 h");
  await page.getByLabel("Messages in flight").fill("100000");
  await button("Create destination").click();
  // What a number may be the runtime says, and the form shows it where the number is.
  await said("It was not created");
  expect(await page.getByLabel("Messages in flight").getAttribute("aria-invalid")).toBe("true");
  await page.getByLabel("Messages in flight").fill("3");
  await button("Create destination").click();
  await page.getByRole("heading", { level: 1, name: "returns" }).waitFor();
  await said("10 s, 1 min, 2 h");
  const made = (await world.ask("GET", "/v1/projects/acme-product/destinations/returns")) as { delivery: unknown };
  expect(made.delivery).toEqual({ concurrency: 3, ratePerSecond: 2.5, retryDelaysSeconds: [10, 60, 7_200] });
  await world.ask("DELETE", "/v1/projects/acme-product/destinations/returns");
});

test("a test message is followed to the receiver and to its delivery", async () => {
  await desk.go("/destinations/shipping");
  await button("Send a test message").click();
  const result = page.getByRole("status").filter({ hasText: "Delivered" });
  await result.getByText("Attempt 1").waitFor();
  await result.getByRole("link").click();
  const detail = page.getByRole("complementary", { name: /^Delivery \d+/ });
  await detail.getByText("Attempt 1").waitFor();
  await detail.getByRole("tab", { name: "Message" }).click();
  await detail.getByRole("region", { name: "message" }).getByText('"test"').first().waitFor();
});

test("a signing key is shown when asked for, and rotated", async () => {
  await desk.go("/destinations/shipping");
  await button("Show").click();
  const before = await page.getByText(/^whsec_/).textContent();
  await button("Rotate…").click();
  await button("Rotate the key").click();
  await said("There is a new signing key");
  const after = await page.getByText(/^whsec_/).textContent();
  expect(after).not.toBe(before);
});

test("a destination is edited, stopped, started and deleted", async () => {
  await page.getByRole("link", { name: "Edit" }).click();
  await page.getByLabel("Headers: value 1").fill("fulfilment");
  await button("Save").click();
  await said("x-team: fulfilment");
  await page.getByRole("link", { name: "Edit" }).click();
  await page.getByLabel("Messages in flight").fill("5000");
  await page.getByLabel("Messages per second").fill("a few");
  await button("Save").click();
  await said("A number, or nothing.");
  await page.getByLabel("Messages per second").fill("0.5");
  await page.getByLabel("Waits before retries").fill("30 s, 5 min");
  await button("Save").click();
  // What a number may be the runtime says, and the form shows it where the number is.
  await said("It was not changed");
  expect(await page.getByLabel("Messages in flight").getAttribute("aria-invalid")).toBe("true");
  await page.getByLabel("Messages in flight").fill("4");
  await button("Save").click();
  // The page of the destination has it, the form has not.
  await page.getByRole("link", { name: "Edit" }).waitFor();
  await said("30 s, 5 min");
  const paced = (await world.ask("GET", "/v1/projects/acme-product/destinations/shipping")) as { delivery: unknown };
  expect(paced.delivery).toEqual({ concurrency: 4, ratePerSecond: 0.5, retryDelaysSeconds: [30, 300] });
  await page.getByRole("link", { name: "Edit" }).click();
  await page.getByLabel("Messages per second").fill("");
  await button("Save").click();
  await page.getByRole("link", { name: "Edit" }).waitFor();
  expect(await world.ask("GET", "/v1/projects/acme-product/destinations/shipping")).toMatchObject({
    delivery: { concurrency: 4, retryDelaysSeconds: [30, 300] },
  });
  await button("Disable").click();
  await said("It is disabled.");
  await button("Enable").click();
  await button("Disable").waitFor();
  await button("Delete…").click();
  await button("Delete").click();
  await page.getByRole("heading", { level: 1, name: "Destinations" }).waitFor();
  await page.getByRole("link", { name: "shipping" }).waitFor({ state: "detached" });
});

test("an installed sink sends once its host is granted and its credential bound", async () => {
  await desk.go("/sinks");
  await button("Install a sink").click();
  await page.getByLabel(/Choose a .wasm file/).setInputFiles(await sinkComponent());
  await button("Install").click();
  await said(/^misbehaving .* is installed$/);
  const metadata = { behaviour: "slow-host", url: `${world.receiver}/crm`, credential: "api" };
  await world.ask("POST", "/v1/projects/acme-product/destinations", { name: "crm", type: "misbehaving", metadata });
  await desk.go("/destinations/crm");
  await said("none: each request is denied");
  await button("Edit the grants").click();
  await page.getByLabel("Hosts", { exact: true }).fill("api.example.com");
  await page.getByLabel("Memory of an instance (MiB)").fill("many");
  await said("A whole number, or nothing.");
  await page.getByLabel("Memory of an instance (MiB)").fill("32");
  await button("Save").click();
  await said("write https://api.example.com");
  await page.getByLabel("Hosts", { exact: true }).fill("https://api.example.com");
  await button("Save").click();
  await said("The grants of crm are changed");
  await button("Send a test message").click();
  await said("It is disabled.");
  await said(/nothing grants http:/);
  await button("Add a credential").click();
  await page.getByLabel("Name", { exact: true }).fill("api");
  await page.getByLabel("Origins").fill(new URL(world.receiver).origin);
  await page.getByLabel("Token").fill("token-of-the-desk");
  await button("Save").click();
  await said("api is bound");
  // Its destination goes on by itself, and what waited is delivered.
  await until(world, "the message that waited", ({ destinations }) =>
    destinations.some((one) => one.name === "crm" && one.delivered === 1),
  );
  await button("Disable").waitFor();
  expect(await page.content()).not.toContain("token-of-the-desk");
  await button("Change api").click();
  expect(await page.getByLabel("Token").inputValue()).toBe("");
  await button("Remove").click();
  await said("api is gone");
});

test.each([
  ["basic", "User and password", "Password", { User: "una" }, { username: "una" }],
  ["header", "Header of its own", "Value", { Header: "x-api-token", Prefix: "v1 " }, { header: "x-api-token", prefix: "v1 " }],
  ["hmac", "HMAC-SHA256 of the body", "Key", { Header: "x-signature" }, { header: "x-signature" }],
  [
    "oauth2",
    "OAuth 2 client credentials",
    "Client secret",
    {
      "Token URL": "https://login.example.com/token",
      "Client ID": "the-desk",
      Scopes: "read write",
      Audience: "https://api.example.com",
    },
    { clientId: "the-desk", scopes: "read", audience: "https://api.example.com" },
  ],
])("a credential of the kind %s is bound, changed and shown without its value", async (kind, label, secret, members, kept) => {
  const path = "/v1/projects/acme-product/destinations/crm/credentials";
  await desk.go("/destinations/crm");
  await button("Add a credential").click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name", { exact: true }).fill(`by-${kind}`);
  await dialog.getByLabel("Kind").selectOption(label);
  await dialog.getByLabel("Origins").fill("ftp://api.example.com");
  for (const [member, value] of Object.entries(members)) await dialog.getByLabel(member, { exact: true }).fill(value);
  await dialog.getByLabel(secret, { exact: true }).fill("value-of-the-desk");
  await button("Save").click();
  await dialog.getByRole("alert").getByText("origins").first().waitFor();
  await dialog.getByLabel("Origins").fill("https://api.example.com");
  await button("Save").click();
  await said(`by-${kind} is bound`);
  await button(`Change by-${kind}`).click();
  for (const [member, value] of Object.entries(members))
    expect(await dialog.getByLabel(member, { exact: true }).inputValue()).toBe(value);
  expect(await dialog.getByLabel(secret, { exact: true }).inputValue()).toBe("");
  await dialog.getByRole("button", { name: "Cancel" }).click();
  const shown = JSON.stringify(await world.ask("GET", path));
  for (const value of Object.values(kept)) expect(shown).toContain(value);
  expect(shown + (await page.content())).not.toContain("value-of-the-desk");
});

test("an installed sink is tested, and what failed is told with its remedy", async () => {
  await desk.go("/sinks");
  await button("Run the tests of misbehaving").click();
  const dialog = page.getByRole("dialog");
  await button("Run the tests").click();
  await dialog.getByRole("region", { name: "Report" }).waitFor();
  await dialog.getByText(/checks? failed$/).waitFor();
  await dialog.getByText("Happened").first().waitFor();
  await dialog.getByText("Remedy").first().waitFor();
  // Its schema gives no example that works; a destination's configuration does, and then deliveries are tried as well.
  await dialog.getByLabel("Configuration").selectOption("crm");
  await button("Run them again").click();
  await dialog.getByText(/^\d{2} passed/).waitFor();
  await dialog.getByRole("button", { name: "Close" }).last().click();
});

test("what failed is found, looked into and replayed", async () => {
  await world.fault("/orders", 422, 4);
  await sendTest(world, "orders");
  await sendTest(world, "orders");
  await until(world, "the dead letters", ({ destinations }) =>
    destinations.some((one) => one.name === "orders" && one.dead === 2),
  );
  await desk.go("/");
  await page.getByText("2 dead letters at orders").waitFor();
  await page.getByRole("link", { name: "Review" }).click();
  await page.getByRole("heading", { level: 1, name: "Dead letters" }).waitFor();
  const grid = page.getByRole("grid");
  await grid.getByText("Dead letter").first().waitFor();
  await grid.focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await said("Why it was given up");
  await said("http.422");
  await button("Close").click();
  await button("Replay all that match…").click();
  await said("2 deliveries");
  await button("Replay 2 deliveries").click();
  await said("2 deliveries on the way again");
  await until(world, "the replays", ({ destinations }) =>
    destinations.some((one) => one.name === "orders" && one.delivered >= 2),
  );
});

test("deliveries appear as they happen", async () => {
  await desk.go("/deliveries");
  await page.getByRole("complementary").getByText("Live", { exact: true }).waitFor();
  const grid = page.getByRole("grid");
  await grid.getByText("orders").first().waitFor();
  const before = Number(await grid.getAttribute("aria-rowcount"));
  await sendTest(world, "orders");
  await page.locator(`[role="grid"][aria-rowcount="${before + 1}"]`).waitFor();
  await grid.getByRole("row").nth(1).getByText("Delivered").waitFor();
});

test("filters stand in the address, and outlive a visit", async () => {
  await desk.go("/deliveries");
  await page.getByLabel("Status", { exact: true }).selectOption("delivered");
  await page.getByLabel("Destination", { exact: true }).selectOption("orders");
  expect(new URL(page.url()).hash).toBe("#/deliveries?status=delivered&destination=orders");
  await page.reload();
  await page.getByRole("grid").getByText("orders").first().waitFor();
  expect(await page.getByRole("grid").getByText("contacts", { exact: true }).count()).toBe(0);
});

test("what is shown is exported", async () => {
  const download = page.waitForEvent("download");
  await button("CSV").click();
  const text = await readFile(await (await download).path(), "utf8");
  expect(text.split("\n")[0]).toMatch(/^id,eventId,status,/);
  expect(text).toContain(",delivered,orders,");
});

test("a file that is no sink is refused with the reason", async () => {
  await desk.go("/sinks");
  await button("Install a sink").click();
  const file = { name: "no-sink.wasm", mimeType: "application/wasm", buffer: Buffer.from("no component") };
  await page.getByLabel(/Choose a .wasm file/).setInputFiles(file);
  await button("Install").click();
  await said("It was not installed");
  await button("Cancel").click();
});

test("a runtime that is gone is told of, and the pages come back with it", async () => {
  await world.stopRuntime();
  // A page that was loaded before: what it shows it must ask for.
  await desk.go("/deliveries");
  await said("The runtime does not answer");
  await page.getByRole("complementary").getByText("Reconnecting").waitFor();
  await world.startRuntime();
  // Sessions outlive a restart: nobody signs in again, and everybody is where they were.
  await page.getByRole("grid").getByText("contacts").first().waitFor();
});
