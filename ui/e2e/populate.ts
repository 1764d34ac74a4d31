// Something to look at: reads that ran, destinations that work, fail and are stopped, dead letters, a paused read.
import { readFile } from "node:fs/promises";

import { sinkComponent, type World } from "./world";

const LOOK_MS = 100;
const PATIENCE_MS = 60_000;

interface Status {
  destinations: { name: string; pending: number; dead: number; delivered: number; failures: number }[];
  reads: { objectName: string; installationId: string; operation?: { status: string } | null }[];
}

/** Waits until the runtime's status says what is wanted. */
export async function until(world: World, what: string, isSo: (status: Status) => boolean): Promise<Status> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const status = (await world.ask("GET", "/v1/projects/acme-product/status")) as Status;
    if (isSo(status)) return status;
    if (Date.now() > deadline) throw new Error(`${what} did not happen: ${JSON.stringify(status)}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** Makes a webhook destination that sends to the receiver's path of the same name. */
export async function webhook(world: World, name: string, url = `${world.receiver}/${name}`): Promise<void> {
  await world.ask("POST", "/v1/projects/acme-product/destinations", { name, type: "webhook", metadata: { url } });
}

/** Installs a sink that is not built in, and makes a destination of it to which much is granted. */
export async function installedSink(world: World): Promise<void> {
  const headers = { "x-api-key": world.key, "content-type": "application/wasm" };
  const body = new Uint8Array(await readFile(await sinkComponent()));
  const answer = await fetch(`${world.url}/v1/projects/acme-product/sinks`, { method: "POST", headers, body });
  if (!answer.ok) throw new Error(`the sink was not installed: ${await answer.text()}`);
  await world.ask("POST", "/v1/projects/acme-product/destinations", {
    name: "crm-upsert",
    type: "misbehaving",
    metadata: { behaviour: "slow-host", url: `${world.receiver}/crm-upsert`, credential: "crm" },
    grants: {
      hosts: ["https://*.acme.example", "https://files.example.com:8443"],
      limits: { memoryMebibytes: 32, batchSeconds: 20 },
      credentials: {
        crm: { kind: "bearer", origins: ["https://api.acme.example"], value: "never-shown-token" },
        signature: {
          kind: "hmac",
          header: "x-signature",
          prefix: "sha256=",
          origins: ["https://hooks.acme.example"],
          value: "never-shown-key",
        },
      },
    },
  });
}

/** Sends a test message; gives the delivery's id. */
export async function sendTest(world: World, name: string): Promise<number> {
  const path = `/v1/projects/acme-product/destinations/${name}:test`;
  const { deliveryId } = (await world.ask("POST", path)) as { deliveryId: number };
  return deliveryId;
}

/** Waits until the first reads are done and what they brought has arrived. */
export function settled(world: World): Promise<Status> {
  return until(world, "the first reads", (status) => {
    const read = status.reads.length === 2 && status.reads.every((one) => one.operation?.status === "success");
    return read && status.destinations.length > 0 && status.destinations.every((one) => one.pending === 0);
  });
}

/** A runtime in the middle of its work, with everything that a page can have to say. */
export async function populate(world: World): Promise<void> {
  const status = await settled(world);
  await webhook(world, "billing-events");
  await webhook(world, "legacy-sync");
  const s3 = { bucket: "acme-events", region: "eu-central-1", storageClass: "STANDARD_IA" };
  const body = {
    name: "event-archive",
    type: "s3",
    metadata: s3,
    secrets: { awsKeyId: "AKIAEXAMPLE", awsSecretKey: "kept-by-the-runtime" },
  };
  await world.ask("POST", "/v1/projects/acme-product/destinations", body);
  await installedSink(world);
  for (let sent = 0; sent < 24; sent += 1) await sendTest(world, "orders");
  await until(world, "the messages to orders", ({ destinations }) =>
    destinations.some((one) => one.name === "orders" && one.delivered >= 24),
  );
  await world.fault("/orders", 422, 6);
  for (let sent = 0; sent < 3; sent += 1) await sendTest(world, "orders");
  await until(world, "the dead letters", ({ destinations }) =>
    destinations.some((one) => one.name === "orders" && one.dead === 3),
  );
  await world.fault("/billing-events", 503, 1_000);
  for (let sent = 0; sent < 4; sent += 1) await sendTest(world, "billing-events");
  await until(world, "the failures", ({ destinations }) =>
    destinations.some((one) => one.name === "billing-events" && one.failures > 0),
  );
  await world.ask("POST", "/v1/projects/acme-product/destinations/legacy-sync/disable");
  const installation = status.reads[0]?.installationId ?? "";
  const pause = `/read/v1/projects/acme-product/integrations/crm/installations/${encodeURIComponent(installation)}:pause`;
  await world.ask("POST", pause, { objects: ["companies"], note: "field mapping under review" });
}
