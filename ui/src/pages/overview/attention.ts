// What needs a person: each thing with the place where it is remedied, the worst first.
import type { Schemas } from "../../api/client";
import type { IconName } from "../../components/Icon.svelte";
import { bytes, plural } from "../../lib/format";
import { href } from "../../lib/router.svelte";

/** One thing to be done. */
export interface Attention {
  key: string;
  icon: IconName;
  severity: "bad" | "warn";
  title: string;
  detail: string;
  action: string;
  href: string;
}

/** Everything in a status that waits for a person. */
export function attention(status: Schemas["RuntimeStatus"]): Attention[] {
  const all = [
    ...held(status),
    ...status.destinations.flatMap(ofDestination),
    ...(status.connections ?? []).map(ofConnection),
    ...status.reads.flatMap(ofRead),
    ...ofInbox(status.events),
  ];
  return [...all.filter((one) => one.severity === "bad"), ...all.filter((one) => one.severity === "warn")];
}

function held({ readsHeld }: Schemas["RuntimeStatus"]): Attention[] {
  if (!readsHeld) return [];
  const place = { action: "See operations", href: href("/operations") };
  return [{ key: "held", icon: "database", severity: "bad", title: "No read goes on", detail: readsHeld, ...place }];
}

function ofDestination(one: Schemas["DestinationState"]): Attention[] {
  const found: Attention[] = [];
  const page = href(`/destinations/${encodeURIComponent(one.name)}`);
  if (one.disabledReason && !one.gone) {
    const waiting = one.pending > 0 ? ` ${plural(one.pending, "message")} (${bytes(one.pendingBytes)}) wait.` : "";
    const detail = `${one.disabledReason}.${waiting}`;
    const title = `Destination ${one.name} is disabled`;
    found.push({ key: `off-${one.name}`, icon: "power", severity: "bad", title, detail, action: "Enable", href: page });
  } else if (one.failures > 0 && !one.gone) {
    const detail = `${plural(one.failures, "attempt")} failed since the last success.`;
    const title = `Destination ${one.name} is failing`;
    const attempts = href("/deliveries", { destination: one.name, status: "pending" });
    found.push({
      key: `failing-${one.name}`,
      icon: "alert",
      severity: "warn",
      title,
      detail,
      action: "See attempts",
      href: attempts,
    });
  }
  if (one.dead > 0) {
    const title = `${plural(one.dead, "dead letter")} at ${one.name}`;
    const detail = "They were given up and are kept: look at why, then replay or purge them.";
    const dead = href("/deliveries", { destination: one.name, status: "dead" });
    found.push({ key: `dead-${one.name}`, icon: "send", severity: "bad", title, detail, action: "Review", href: dead });
  }
  return found;
}

function ofConnection(one: Schemas["BadConnection"]): Attention {
  const whose = one.groupRef ? ` of ${one.groupRef}` : "";
  return {
    key: `connection-${one.id}`,
    icon: "plug",
    severity: "bad",
    title: `The ${one.provider} connection${whose} does not work`,
    detail: one.reason ?? "The provider refuses its credentials.",
    action: "Reconnect",
    href: href(`/connections/${encodeURIComponent(one.id)}`),
  };
}

function ofRead(one: Schemas["ReadStatus"]): Attention[] {
  const page = href(`/installations/${encodeURIComponent(one.installationId)}`);
  const whose = one.groupRef ? ` of ${one.groupRef}` : "";
  const key = `${one.installationId}-${one.objectName}`;
  if (one.paused) {
    const severity = one.paused.automatic ? "bad" : "warn";
    const title = `Reading ${one.objectName}${whose} is paused`;
    return [{ key: `paused-${key}`, icon: "pause", severity, title, detail: one.paused.reason, action: "Resume", href: page }];
  }
  if (one.failures > 0) {
    const title = `Reading ${one.objectName}${whose} fails`;
    const detail = one.operation?.result ?? `${plural(one.failures, "failure")} in a row.`;
    return [{ key: `read-${key}`, icon: "alert", severity: "warn", title, detail, action: "See why", href: page }];
  }
  return [];
}

function ofInbox({ dead }: Schemas["InboxState"]): Attention[] {
  if (dead === 0) return [];
  const title = `${plural(dead, "event")} of providers could not become messages`;
  const detail = "`ampline events list --status dead` says why; `ampline events replay` tries them again.";
  return [{ key: "events", icon: "flow", severity: "warn", title, detail, action: "See operations", href: href("/operations") }];
}
