// Every page with a way to see that it is complete: what the checks of accessibility and the screenshots walk through.
import type { Page } from "playwright-core";

/** One page to look at. */
export interface Sight {
  name: string;
  path: string;
  /** Resolves once it is complete. */
  ready: (page: Page) => Promise<void>;
}

const seen =
  (text: string | RegExp) =>
  async (page: Page): Promise<void> => {
    await page.getByRole("main").getByText(text).first().waitFor();
  };

/** Opens a dialog of a page, and waits for what stands in it. */
const dialog =
  (opener: string | RegExp, inside: string | RegExp) =>
  async (page: Page): Promise<void> => {
    // Where the picture before was of the same page, its dialog is still there.
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page
      .getByRole("button", { name: opener, exact: typeof opener === "string" })
      .first()
      .click();
    await page.getByRole("dialog").getByText(inside).first().waitFor();
  };

/** A second integration, behind that of the file. */
const SECOND = `
  - name: sales
    displayName: Sales
    provider: hubspot
    read:
      objects:
        - objectName: deals
          destination: contacts
          schedule: "0 * * * *"
          requiredFields:
            - fieldName: dealname
`;

const group = (page: Page) => page.getByRole("textbox", { name: "Group", exact: true });

/** All of them; the world is `populate`d. */
export const sights: readonly Sight[] = [
  {
    name: "overview",
    path: "/",
    ready: async (page) => {
      await page.getByRole("table", { name: "Destinations" }).getByText("orders").waitFor();
      await page.locator(".frame canvas").first().waitFor({ state: "attached" });
    },
  },
  {
    name: "deliveries",
    path: "/deliveries",
    ready: (page) => page.getByRole("grid").getByText("billing-events").first().waitFor(),
  },
  { name: "deliveries-empty", path: "/deliveries?destination=nobody", ready: seen("Nothing matches") },
  {
    name: "delivery",
    path: "/deliveries?status=dead",
    ready: async (page) => {
      const grid = page.getByRole("grid");
      await grid.getByText("Dead letter").first().waitFor();
      await grid.focus();
      await page.keyboard.press("Enter");
      await page.getByText("Why it was given up").waitFor();
    },
  },
  { name: "deliveries-replay", path: "/deliveries?status=dead", ready: dialog("Replay all that match…", /deliver/) },
  { name: "deliveries-purge", path: "/deliveries?status=dead", ready: dialog("Purge…", /deliver/) },
  { name: "destinations", path: "/destinations", ready: seen("legacy-sync") },
  { name: "destination", path: "/destinations/orders", ready: seen("Signing key") },
  { name: "destination-disabled", path: "/destinations/legacy-sync", ready: seen("It is disabled.") },
  { name: "destination-grants", path: "/destinations/crm-upsert", ready: seen("hmac, for") },
  {
    name: "destination-grants-edit",
    path: "/destinations/crm-upsert",
    ready: async (page) => {
      await page.getByRole("button", { name: "Edit the grants" }).click();
      await page.getByRole("dialog").getByLabel("Hosts", { exact: true }).waitFor();
    },
  },
  {
    name: "destination-credential",
    path: "/destinations/crm-upsert",
    ready: async (page) => {
      // The picture before is of the same page, with its dialog.
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Change signature" }).click();
      await page.getByRole("dialog").getByLabel("Prefix").waitFor();
    },
  },
  {
    name: "destination-credential-oauth2",
    path: "/destinations/crm-upsert",
    ready: async (page) => {
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Add a credential" }).click();
      await page.getByRole("dialog").getByLabel("Kind").selectOption("OAuth 2 client credentials");
      await page.getByRole("dialog").getByLabel("Token URL").waitFor();
    },
  },
  {
    name: "destination-credential-new",
    path: "/destinations/crm-upsert",
    ready: async (page) => {
      await dialog("Add a credential", "What the sink asks for.")(page);
      await page.getByLabel("Kind").selectOption("User and password");
    },
  },
  {
    name: "destination-tested",
    path: "/destinations/event-archive",
    ready: async (page) => {
      await page.keyboard.press("Escape");
      await page.getByRole("heading", { level: 1, name: "event-archive" }).waitFor();
      await page.getByRole("button", { name: "Send a test message" }).waitFor();
    },
  },
  { name: "destination-rotate", path: "/destinations/orders", ready: dialog("Rotate…", "24 hours") },
  { name: "destination-delete", path: "/destinations/legacy-sync", ready: dialog("Delete…", "legacy-sync") },
  { name: "destination-missing", path: "/destinations/nobody", ready: seen("Not found") },
  { name: "destination-new", path: "/destinations/new", ready: seen("Time-out") },
  {
    name: "destination-new-s3",
    path: "/destinations/new",
    ready: async (page) => {
      await page.getByText("Amazon S3", { exact: true }).click();
      await page.getByLabel("Secret access key").scrollIntoViewIfNeeded();
    },
  },
  {
    name: "destination-new-wrong",
    path: "/destinations/new",
    ready: async (page) => {
      await page.getByLabel("Messages per second").fill("a few");
      await page.getByLabel("Waits before retries").fill("soon");
      await page.getByRole("button", { name: "Create destination" }).click();
      await page.getByText("A number, or nothing.").waitFor();
      await page.getByRole("button", { name: "Create destination" }).scrollIntoViewIfNeeded();
    },
  },
  { name: "destination-edit", path: "/destinations/event-archive/edit", ready: seen("Secret access key") },
  { name: "sinks", path: "/sinks", ready: seen("Amazon Kinesis") },
  { name: "sink-install", path: "/sinks", ready: dialog("Install a sink", "Choose a .wasm file") },
  { name: "sink-schema", path: "/sinks", ready: dialog("Schema", "properties") },
  { name: "sink-remove", path: "/sinks", ready: dialog("Remove…", "can be installed again") },
  {
    name: "sink-test",
    path: "/sinks",
    ready: async (page) => {
      await dialog(/^Run the tests of/, "nobody is reached")(page);
      await page.getByRole("button", { name: "Run the tests", exact: true }).click();
      await page.getByRole("button", { name: "Run them again" }).waitFor();
      await page.getByText("Remedy").first().waitFor();
    },
  },
  {
    name: "manifest",
    path: "/manifest",
    ready: async (page) => {
      await page.getByText("Nothing is wrong with this manifest.").waitFor();
      await page.locator(".cm-content").getByText("companies").first().waitFor();
    },
  },
  { name: "manifest-new", path: "/manifest", ready: dialog("New…", "Begin with a common case.") },
  {
    name: "manifest-deploy",
    path: "/manifest",
    ready: async (page) => {
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
      await page.locator(".cm-content").getByText("*/15 * * * *").click();
      await page.keyboard.press("Control+End");
      await page.keyboard.insertText(SECOND);
      await dialog("Deploy…", "sales")(page);
    },
  },
  { name: "manifest-unsaved", path: "/manifest", ready: dialog("Import…", "Another file takes their place") },
  {
    name: "manifest-problems",
    path: "/manifest",
    ready: async (page) => {
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
      await page.locator(".cm-content").getByText("objectName: contacts").click();
      await page.keyboard.press("End");
      await page.keyboard.type("\nretries: many");
      await page.getByText("retries").nth(1).waitFor();
    },
  },
  {
    name: "manifest-compared",
    path: "/manifest",
    ready: async (page) => {
      await page.getByRole("tab", { name: "Compared with what is deployed" }).click();
      await page.locator(".cm-merge-b").getByText("retries").waitFor();
    },
  },
  {
    name: "manifest-history",
    path: "/manifest",
    ready: async (page) => {
      await page.getByRole("tab", { name: "History" }).click();
      await page.getByLabel("Integration", { exact: true }).waitFor();
    },
  },
  {
    name: "keys",
    path: "/keys",
    ready: async (page) => {
      await page.locator("output").getByText(".json").waitFor();
      await page.getByLabel("Destination", { exact: true }).last().waitFor();
    },
  },
  {
    name: "keys-wrong",
    path: "/keys",
    ready: async (page) => {
      await page.locator(".cm-content").first().click();
      await page.keyboard.press("Control+A");
      await page.keyboard.type("join('/', [metadata.nobody, tme.date");
      await page.getByRole("list", { name: "Problems" }).getByText("problem", { exact: true }).first().waitFor();
    },
  },
  { name: "integrations", path: "/integrations", ready: seen("hubspot") },
  {
    name: "integration",
    path: "/integrations/crm",
    ready: async (page) => {
      await page.getByRole("table", { name: "Objects" }).getByText("companies").first().waitFor();
      await page.getByRole("table", { name: "Installations" }).getByText("ACME Corporation").waitFor();
    },
  },
  { name: "installations", path: "/installations", ready: seen("ACME Corporation") },
  {
    name: "installation",
    path: "/installations",
    ready: async (page) => {
      await page.getByRole("link", { name: "ACME Corporation" }).click();
      await page.getByRole("table", { name: "Reads" }).getByText("contacts").first().waitFor();
      await page.getByRole("table", { name: "Operations" }).getByText("Done").first().waitFor();
    },
  },
  { name: "install", path: "/installations/new?integration=crm", ready: (page) => group(page).waitFor() },
  {
    name: "install-form",
    path: "/installations/new?integration=crm",
    ready: async (page) => {
      await group(page).fill("globex");
      await page.getByRole("button", { name: "Continue" }).click();
      await page.locator(".desk-form").getByRole("button").first().waitFor();
    },
  },
  { name: "integrations-unmatched", path: "/integrations?q=nobody", ready: seen("Nothing matches") },
  { name: "installations-unmatched", path: "/installations?q=nobody", ready: seen("Nothing matches") },
  { name: "connections-unmatched", path: "/connections?q=nobody", ready: seen("Nothing matches") },
  { name: "operations-unmatched", path: "/operations?objectName=nobody", ready: seen("Nothing matches") },
  { name: "connections", path: "/connections", ready: seen("acme-hubspot") },
  {
    name: "operations",
    path: "/operations",
    ready: (page) => page.getByRole("table", { name: "Operations" }).getByRole("link").first().waitFor(),
  },
  {
    name: "operation",
    path: "/operations",
    ready: async (page) => {
      await page.getByRole("table", { name: "Operations" }).getByRole("link").last().click();
      await page.getByText("began to read").first().waitFor();
    },
  },
  { name: "not-found", path: "/no/such/page", ready: seen("There is no page at this address") },
];

/** What a runtime shows that has nothing yet. */
export const bareSights: readonly Sight[] = [
  { name: "bare-overview", path: "/", ready: seen("No destination yet") },
  { name: "bare-deliveries", path: "/deliveries", ready: seen("Nothing was delivered yet") },
  { name: "bare-destinations", path: "/destinations", ready: seen("No destination yet") },
  { name: "bare-integrations", path: "/integrations", ready: seen("No integration yet") },
  { name: "bare-installations", path: "/installations", ready: seen("No installation yet") },
  { name: "bare-install", path: "/installations/new", ready: seen("No integration yet") },
  { name: "bare-connections", path: "/connections", ready: seen("No connection yet") },
  { name: "bare-operations", path: "/operations", ready: seen("Nothing was read yet") },
  { name: "bare-manifest", path: "/manifest", ready: (page) => page.locator(".cm-content").first().waitFor() },
];

const offline = seen(/The runtime does not answer|could not be loaded/);

/** What pages show that were loaded before the runtime went; `role` is what each of them has while it is there. */
export const goneSights: readonly (Sight & { role: "table" | "grid" })[] = [
  { name: "gone-overview", path: "/", role: "table", ready: offline },
  { name: "gone-deliveries", path: "/deliveries", role: "grid", ready: offline },
  { name: "gone-destinations", path: "/destinations", role: "table", ready: offline },
];
