// The grants of a destination as a form holds them, and the change that it asks for.
import type { Schemas } from "../../api/client";

export type Limits = Schemas["DestinationLimits"];
export type Limit = keyof Limits;

/** What each limit is called, in the order of the form. */
export const limitLabels: Record<Limit, string> = {
  memoryMebibytes: "Memory of an instance (MiB)",
  instances: "Instances at work",
  batchSeconds: "Time for a batch (s)",
  cpuMilliseconds: "Processor time of a call (ms)",
  requestsPerBatch: "Requests per batch",
  hostCallsPerBatch: "Calls to the host per batch",
  logLinesPerBatch: "Log lines per batch",
};

export const limitNames = Object.keys(limitLabels) as Limit[];

/** The limits that are set, in the order of the form. */
export function limitsOf(limits: Limits | undefined): [Limit, number][] {
  return limitNames.flatMap((name) => {
    const value = limits?.[name];
    return value === undefined ? [] : [[name, value] satisfies [Limit, number]];
  });
}

/** Lines of a text, without what is empty and what is there already. */
export function lines(text: string): string[] {
  const all = text.split(/[\s,]+/).filter((line) => line !== "");
  return [...new Set(all)];
}

/** How a credential gets its tokens, as a form holds it. */
export interface Client {
  tokenUrl: string;
  clientId: string;
  scopes: string;
  audience: string;
  clientAuth: Schemas["ClientAuth"];
}

/** The form's texts of what is bound, or of nothing. */
export function clientOf(bound: Schemas["TokenClient"] | undefined): Client {
  return {
    tokenUrl: bound?.tokenUrl ?? "",
    clientId: bound?.clientId ?? "",
    scopes: (bound?.scopes ?? []).join(" "),
    audience: bound?.audience ?? "",
    clientAuth: bound?.clientAuth ?? "basic",
  };
}

/** What the form's texts ask for. */
export function oauth2Of(client: Client): Schemas["TokenClient"] {
  const { tokenUrl, clientId, audience, clientAuth } = client;
  const scopes = client.scopes.split(/\s+/).filter((scope) => scope !== "");
  const asked = { tokenUrl: tokenUrl.trim(), clientId: clientId.trim(), scopes, clientAuth };
  return audience.trim() === "" ? asked : { ...asked, audience: audience.trim() };
}

/** What is wrong with a limit as it was typed. */
export function limitFault(text: string): string | undefined {
  return text.trim() === "" || /^\d{1,9}$/.test(text.trim()) ? undefined : "A whole number, or nothing.";
}

/** The change of hosts and limits that a form asks for; undefined where nothing changed. */
export function change(
  before: Schemas["DestinationGrants"],
  after: { hosts: string; limits: Partial<Record<Limit, string>> },
): Schemas["UpdateDestinationRequest"] | undefined {
  const hosts = lines(after.hosts);
  const typed = limitNames.map((name) => [name, (after.limits[name] ?? "").trim()] as const);
  const changed = typed.filter(([name, text]) => text !== String(before.limits[name] ?? ""));
  const hasHosts = JSON.stringify(hosts) !== JSON.stringify(before.hosts);
  const updateMask = [...(hasHosts ? ["grants.hosts"] : []), ...changed.map(([name]) => `grants.limits.${name}`)];
  if (updateMask.length === 0) return undefined;
  const set = changed.filter(([, text]) => text !== "").map(([name, text]) => [name, Number(text)] as const);
  const grants: Schemas["GrantsRequest"] = {};
  if (hasHosts) grants.hosts = hosts;
  if (set.length > 0) grants.limits = Object.fromEntries(set);
  return { updateMask, destination: { grants } };
}
