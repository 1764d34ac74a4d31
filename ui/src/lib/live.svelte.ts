// Live events of the runtime, one stream for all pages: whoever shows something says which kind it wants to hear of.
import type { Schemas } from "../api/client";
import { isOffline, type Session } from "./session.svelte";

/** The kinds of live events and what each carries. */
export interface LiveEvents {
  deliveries: Schemas["DeliverySummary"][];
  destinations: Schemas["DestinationState"][];
  operations: Schemas["Operation"][];
  reads: Schemas["ReadStatus"][];
  /** Events were missed: what is shown is to be loaded again. */
  lagged: { missed: number };
}

type Kind = keyof LiveEvents;
const KINDS: readonly Kind[] = ["deliveries", "destinations", "operations", "reads", "lagged"];

/** Gives events to whoever listens. */
export class LiveHub {
  #listeners = new Map<Kind, Set<(data: never) => void>>();

  /** Hears of a kind until the function that comes back is called. */
  on<K extends Kind>(kind: K, listener: (data: LiveEvents[K]) => void): () => void {
    const all = this.#listeners.get(kind) ?? new Set();
    this.#listeners.set(kind, all);
    all.add(listener);
    return () => all.delete(listener);
  }

  /** An event as it came; what is not known or not JSON is left out. */
  take(type: string, text: string): void {
    const kind = KINDS.find((known) => known === type);
    const listeners = kind && this.#listeners.get(kind);
    if (!listeners || listeners.size === 0) return;
    let data: unknown;
    try {
      data = JSON.parse(text);
    } catch {
      return;
    }
    for (const listener of listeners) listener(data as never);
  }

  /** Everyone is told that something may have been missed. */
  missed(): void {
    this.take("lagged", '{"missed":0}');
  }
}

/** The hub of these pages. */
export const live = new LiveHub();

/** Follows the stream while the session is open; gives what ends that. */
export function followLive(session: Session): () => void {
  const controller = new AbortController();
  let wasOpen = false;
  let wasGone = false;
  session.client.transport.stream(session.client.projectPath("/live-events"), {
    query: { types: "deliveries,operations,destinations,reads" },
    onEvent: (event) => live.take(event.type, event.data),
    onState: (state, reason) => {
      session.live = state;
      const isGone = isOffline(reason);
      const answers = state === "open" || (reason !== undefined && !isGone);
      if (reason && "status" in reason && reason.status === 401) session.stage = "signed-out";
      // A runtime that is back may be another one, which knows nothing of this session.
      else if (wasGone && answers) void session.start();
      // Nobody knows what happened while it was broken off.
      if (answers && (wasGone || (state === "open" && wasOpen))) live.missed();
      wasOpen ||= state === "open";
      wasGone = isGone || (wasGone && !answers);
    },
    signal: controller.signal,
  });
  return () => controller.abort();
}

/** Hears of a kind as long as the calling component is there. */
export function onLive<K extends Kind>(kind: K, listener: (data: LiveEvents[K]) => void): void {
  $effect(() => live.on(kind, listener));
}
