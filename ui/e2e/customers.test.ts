// What an operator does with manifests, keys and customers, in a real Chromium over the real runtime; and `<ampline-install>` on a page of
// another origin. Nothing of our own API is imitated: HubSpot is the repository's emulator.
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";

import { openBrowser, openDesk, signIn, type Desk } from "./desk";
import { settled } from "./populate";
import { startProvider, type Provider } from "./provider";
import { startWorld, TOKEN, type World } from "./world";

let world: World;
let browser: Browser;
let desk: Desk;
let product: { server: Server; url: string };
let provider: Provider;

beforeAll(async () => {
  product = await startProduct();
  provider = await startProvider(TOKEN);
  world = await startWorld({ allowedOrigins: [product.url], provider });
  browser = await openBrowser();
  await settled(world);
});
afterAll(async () => {
  await browser.close();
  await world.stop();
  await provider.stop();
  await new Promise((resolve) => product.server.close(resolve));
});
beforeEach(async () => {
  desk = await openDesk(browser, world);
  await signIn(desk, world);
});
afterEach(() => desk.close());

const BILLING = `specVersion: 1.0.0
integrations:
  - name: billing
    provider: hubspot
    read:
      objects:
        - objectName: contacts
          destination: contacts
          schedule: "*/30 * * * *"
          requiredFields:
            - fieldName: email
          optionalFields:
            - fieldName: city
`;

async function write(page: Page, text: string): Promise<void> {
  const editor = page.getByRole("textbox", { name: "amp.yaml" });
  await editor.click();
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText(text);
}

test("a manifest is completed, repaired by one click, survives a reload, and is deployed with its consequences shown", async () => {
  const { page } = desk;
  await desk.go("/manifest");
  await page.getByText("Nothing is wrong with this manifest.").waitFor();
  await write(page, BILLING.replace("provider: hubspot", "provder: hubspot"));
  await page.getByText("is not a key of an integration").waitFor();
  await page.reload();
  await page.getByText("This is your unsaved edit").waitFor();
  await page.getByRole("button", { name: /^Fix: write/ }).click();
  await page.getByText("Nothing is wrong with this manifest.").waitFor();

  await page.getByText("optionalFields:").click();
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await page.keyboard.type("- ");
  await page.keyboard.press("Control+Space");
  await page.getByRole("option", { name: /^mapToName/ }).waitFor();
  await page.keyboard.press("Escape");
  await write(page, BILLING);

  await page.getByRole("tab", { name: "Compared with what is deployed" }).click();
  await page.getByRole("textbox", { name: "In the editor" }).getByText("billing").waitFor();
  await page.getByRole("button", { name: "Deploy…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("created").waitFor();
  await dialog.getByRole("button", { name: "Deploy" }).click();
  await page.getByText("It is deployed", { exact: true }).waitFor();
  const made = (await world.ask("GET", "/v1/projects/acme-product/integrations/billing")) as {
    latestRevision: { number: number };
  };
  expect(made.latestRevision.number).toBe(1);
});

test("a keystroke in a manifest of 5,000 lines costs the page less than 50 ms", async () => {
  const { page } = desk;
  const object = BILLING.split("objects:\n")[1] ?? "";
  const times = Math.ceil(5_000 / (object.split("\n").length - 1));
  const objects = Array.from({ length: times }, (_, index) => object.replace("contacts", `object${index}`)).join("");
  const draft = { text: BILLING + objects, base: "", savedAt: Date.now() };
  await page.evaluate((kept) => localStorage.setItem("ampline.draft/acme-product/amp.yaml", JSON.stringify(kept)), draft);
  await desk.go("/manifest");
  await page.getByText("This is your unsaved edit").waitFor();
  await page.getByRole("textbox", { name: "amp.yaml" }).click();
  await page.keyboard.press("Control+End");
  const text = "# a remark of some forty letters and more";
  // Counted in the page's own processor time, so that other programs on the machine make no difference.
  const session = await desk.context.newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  const spentMs = async (): Promise<number> => {
    const { metrics } = await session.send("Performance.getMetrics");
    return (metrics.find(({ name }) => name === "TaskDuration")?.value ?? Number.NaN) * 1_000;
  };
  const before = await spentMs();
  await page.keyboard.type(text, { delay: 60 });
  const perStrokeMs = ((await spentMs()) - before) / text.length;
  expect(perStrokeMs).toBeGreaterThan(0);
  expect(perStrokeMs).toBeLessThan(50);
});

test("a key's template shows its key, its problems and the messages that share one", async () => {
  const { page } = desk;
  await desk.go("/keys");
  const template = page.getByRole("textbox", { name: "Template" });
  await page.locator("output").getByText(".json").waitFor();
  await template.click();
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText("metadata.objectName");
  await page.locator("output").getByText("contacts").waitFor();
  await page.getByRole("button", { name: "Load the latest" }).click();
  await page.getByText(/shared key/).waitFor();
  await template.click();
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText("join('/', [metadata.objectName");
  await page.getByText("No key").waitFor();
  await page.getByRole("list", { name: "Problems" }).getByText("problem").first().waitFor();
});

test("a read is begun, followed into its log, paused and begun again", async () => {
  const { page } = desk;
  await desk.go("/installations");
  await page.getByRole("link", { name: "ACME Corporation" }).click();
  const row = page.getByRole("table", { name: "Reads" }).getByRole("row", { name: /contacts/ });
  await row.getByRole("button", { name: "Read now" }).click();
  await page.getByText("contacts is read now").waitFor();
  await row.getByRole("button", { name: "Pause" }).click();
  await row.getByText("Paused", { exact: true }).waitFor();
  await row.getByRole("button", { name: "Resume" }).click();
  await row.getByRole("button", { name: "Pause" }).waitFor();
  await row.getByRole("link", { name: "log" }).click();
  await page.getByRole("heading", { name: "Read of contacts" }).waitFor();
});

test("an earlier revision is restored into the editor, and deployed again", async () => {
  const { page } = desk;
  const deploy = (sourceYaml: string) => world.ask("PUT", "/v1/projects/acme-product/integrations:batch", { sourceYaml });
  const leads = BILLING.replace("billing", "leads");
  await deploy(leads);
  await deploy(leads.replace("*/30 * * * *", "*/45 * * * *"));
  await desk.go("/manifest");
  await page.getByText("Nothing is wrong with this manifest.").waitFor();
  // What a file declares is not deployed from here: the editor holds what is.
  await write(page, leads.replace("*/30 * * * *", "*/45 * * * *"));
  await page.getByText("Nothing is wrong with this manifest.").waitFor();
  await page.getByRole("tab", { name: "History" }).click();
  await page.getByLabel("Integration", { exact: true }).selectOption("leads");
  await page.getByRole("button", { name: /^Revision 1/ }).click();
  await page.getByRole("textbox", { name: "Revision 1" }).getByText("*/30 * * * *").first().waitFor();
  await page.getByRole("button", { name: "Restore into the editor" }).click();
  await page.getByText("The editor holds revision 1 of leads").waitFor();
  await page.getByText("edited", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Deploy…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("leads").first().waitFor();
  await dialog.getByRole("button", { name: "Deploy" }).click();
  await page.getByText("It is deployed", { exact: true }).waitFor();
  const made = (await world.ask("GET", "/v1/projects/acme-product/integrations/leads")) as {
    latestRevision: { number: number; content: unknown };
  };
  expect(made.latestRevision.number).toBe(3);
  expect(JSON.stringify(made.latestRevision.content)).toContain("*/30 * * * *");
});

test("a customer consents at the provider, and the installation goes on by itself", async () => {
  const { page } = desk;
  await world.ask("PUT", "/v1/projects/acme-product/integrations:batch", { sourceYaml: BILLING.replace("billing", "consented") });
  await desk.go("/installations/new?integration=consented");
  await page.getByRole("textbox", { name: "Group", exact: true }).fill("initech");
  await page.getByRole("button", { name: "Continue" }).click();
  const popup = desk.context.waitForEvent("page");
  await page.getByRole("button", { name: "Go on to HubSpot" }).click();
  const consent = await popup;
  await page.getByText("Say yes in the window that has opened").waitFor();
  await consent.getByRole("link", { name: "Allow" }).click();
  await consent.getByRole("heading", { name: "Connected" }).waitFor();
  await consent.close();
  await page.getByLabel("City").check();
  await page.getByRole("button", { name: "Install", exact: true }).click();
  await page.getByRole("table", { name: "Reads" }).getByText("contacts").first().waitFor();
  expect(provider.refusals).toEqual([]);
  const query = "/v1/projects/acme-product/connections?groupRef=initech&provider=hubspot";
  expect(await world.ask("GET", query)).toMatchObject([{ status: expect.stringMatching(/created|working/) as string }]);
  await desk.go("/connections");
  await page.getByText("initech").first().waitFor();
});

test("a provider without a page of consent is connected to by what is typed, which stays with the runtime", async () => {
  const { page } = desk;
  const sourceYaml = BILLING.replace("billing", "typed").replace("hubspot", "freshdesk");
  await world.ask("PUT", "/v1/projects/acme-product/integrations:batch", { sourceYaml });
  await desk.go("/installations/new?integration=typed");
  await page.getByRole("textbox", { name: "Group", exact: true }).fill("umbrella");
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByLabel("Subdomain").fill("umbrella");
  await page.getByLabel("User name").fill("typed-secret-user");
  await page.getByLabel("Password").fill("typed-secret-password");
  await page.getByRole("button", { name: "Connect", exact: true }).click();
  await page.getByLabel("Password").waitFor({ state: "detached" });
  const made = (await world.ask("GET", "/v1/projects/acme-product/connections?groupRef=umbrella")) as unknown[];
  expect(made).toHaveLength(1);
  expect(JSON.stringify(made) + (await page.content())).not.toContain("typed-secret");
});

test("an integration is installed for a customer, whose own page then changes and removes it from another origin", async () => {
  const { page } = desk;
  await world.ask("PUT", "/v1/projects/acme-product/integrations:batch", { sourceYaml: BILLING.replace("billing", "support") });
  await desk.go("/installations/new?integration=support");
  await page.getByRole("textbox", { name: "Group", exact: true }).fill("globex");
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("button", { name: /acme-hubspot/ }).click();
  await page.getByLabel("City").check();
  await page.getByLabel("What is there already").selectOption("full");
  await page.getByRole("button", { name: "Install", exact: true }).click();
  await page.getByRole("table", { name: "Reads" }).getByText("contacts").first().waitFor();
  const [made] = (await world.ask("GET", "/v1/projects/acme-product/installations?groupRef=globex")) as { config: unknown }[];
  expect(made?.config).toMatchObject({
    content: {
      read: { objects: { contacts: { selectedFields: { city: true }, backfill: { defaultPeriod: { fullHistory: true } } } } },
    },
  });

  const { key } = (await world.ask("POST", "/v1/projects/acme-product/api-keys", { label: "pages", scopes: ["frontend"] })) as {
    key: string;
  };
  await page.goto(product.url);
  const heard = await page.evaluateHandle(
    (given) => {
      const events: string[] = [];
      const element = document.createElement("ampline-install");
      for (const type of ["installed", "updated", "uninstalled", "error"])
        element.addEventListener(type, (event) => events.push(event.type));
      for (const [name, value] of Object.entries(given)) element.setAttribute(name, value);
      document.body.append(element);
      return events;
    },
    { runtime: world.url, project: "acme-product", integration: "support", "group-ref": "globex", "api-key": key },
  );
  await page.getByLabel("City").uncheck();
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("It is saved.").waitFor();
  await page.getByRole("button", { name: "Uninstall…" }).click();
  await page.getByRole("button", { name: "Uninstall", exact: true }).click();
  await page.getByText("It is uninstalled.").waitFor();
  expect(await heard.jsonValue()).toEqual(["updated", "uninstalled"]);
  expect(await world.ask("GET", "/v1/projects/acme-product/installations?groupRef=globex")).toEqual([]);

  await page.evaluate(() => document.body.append(document.createElement("ampline-install")));
  await page.getByText("This element needs `project`, `integration`, `group-ref`.").waitFor();
});

/** A product's own page at an origin of its own, which may ask the runtime. */
async function startProduct(): Promise<{ server: Server; url: string }> {
  const script = await readFile(new URL("../dist/embed/ampline-install.js", import.meta.url));
  const server = createServer((request, response) => {
    const isScript = request.url === "/ampline-install.js";
    response.setHeader("content-type", isScript ? "text/javascript" : "text/html");
    response.end(isScript ? script : `<!doctype html><title>p</title><script type="module" src="/ampline-install.js"></script>`);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}
