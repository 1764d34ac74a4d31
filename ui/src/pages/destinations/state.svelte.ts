// Destinations as they are configured together with how they stand, which two routes tell of and live events keep up.
import type { Schemas } from "../../api/client";
import { onLive } from "../../lib/live.svelte";
import { resource, type Resource } from "../../lib/resource.svelte";
import { api } from "../../lib/session.svelte";

/** One destination; nothing is known of how it stands before its first message. */
export interface WithState {
  destination: Schemas["Destination"];
  state: Schemas["DestinationState"] | undefined;
}

const EVERY_MS = 15_000;

/** All of them, by name, as long as the calling component is there. */
export function destinationsWithState(): Resource<WithState[]> {
  const all = resource(load, EVERY_MS);
  onLive("destinations", (changed) => {
    const byName = new Map(changed.map((one) => [one.name, one]));
    all.value = all.value?.map(({ destination, state }) => ({ destination, state: byName.get(destination.name) ?? state }));
  });
  onLive("lagged", () => void all.reload());
  return all;
}

async function load(signal: AbortSignal): Promise<WithState[]> {
  const [destinations, status] = await Promise.all([
    api().get("/v1/projects/{projectIdOrName}/destinations", { signal }),
    api().get("/v1/projects/{projectIdOrName}/status", { signal }),
  ]);
  return destinations.map((destination) => ({
    destination,
    state: status.destinations.find((one) => one.name === destination.name),
  }));
}
