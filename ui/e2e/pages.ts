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
  { name: "destination-missing", path: "/destinations/nobody", ready: seen("Not found") },
  { name: "destination-new", path: "/destinations/new", ready: seen("Time-out") },
  { name: "destination-edit", path: "/destinations/event-archive/edit", ready: seen("Secret access key") },
  { name: "sinks", path: "/sinks", ready: seen("Amazon Kinesis") },
  {
    name: "manifest",
    path: "/manifest",
    ready: async (page) => {
      await page.getByText("Nothing is wrong with this manifest.").waitFor();
      await page.locator(".cm-content").getByText("companies").first().waitFor();
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
      await page.getByRole("table", { name: "Operations" }).getByText("backfill").first().waitFor();
    },
  },
  { name: "install", path: "/installations/new?integration=crm", ready: (page) => page.getByLabel("Group").waitFor() },
  { name: "connections", path: "/connections", ready: seen("acme-hubspot") },
  { name: "operations", path: "/operations", ready: seen("backfill") },
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
