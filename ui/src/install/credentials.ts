// What a provider wants of a customer before it lets us in, by its entry in the catalog, and the request that the answers come to.
import type { Schemas } from "../api/client";

/** A question. */
export interface Question {
  key: string;
  label: string;
  help: string | undefined;
  isSecret: boolean;
}

/** How a connection is made: by the provider's own page, by typed credentials, or by nothing at all. */
export type Way = "consent" | "typed";

/** For whom a connection is made. */
export interface Customer {
  groupRef: string;
  groupName?: string | undefined;
  consumerRef?: string | undefined;
  consumerName?: string | undefined;
}

/** How a provider is connected to. */
export function wayOf(provider: Schemas["ProviderInfo"]): Way {
  const grant = provider.oauth2Opts?.grantType;
  return provider.authType === "oauth2" && grant !== "clientCredentials" && grant !== "password" ? "consent" : "typed";
}

const asked = (key: string, label: string, isSecret = false, help?: string): Question => ({ key, label, help, isSecret });

/** What is asked, in order. Keys say where an answer goes. */
export function questionsOf(provider: Schemas["ProviderInfo"]): Question[] {
  const meta = (provider.metadata?.input ?? []).map((one) => asked(`metadata.${one.name}`, one.displayName, false, one.prompt));
  const workspace = provider.oauth2Opts?.explicitWorkspaceRequired === true ? [asked("workspace", "Workspace or subdomain")] : [];
  return [...workspace, ...meta, ...credentialsOf(provider)];
}

function credentialsOf(provider: Schemas["ProviderInfo"]): Question[] {
  const client = [asked("clientId", "Client id"), asked("clientSecret", "Client secret", true)];
  const person = [asked("username", "User name"), asked("password", "Password", true)];
  switch (provider.authType) {
    case "apiKey":
      return [asked("apiKey", "API key", true)];
    case "basic":
      return person;
    case "custom":
      return (provider.customOpts?.inputs ?? []).map((one) => asked(`custom.${one.name}`, one.displayName, true, one.prompt));
    case "oauth2":
      if (provider.oauth2Opts?.grantType === "clientCredentials") return client;
      return provider.oauth2Opts?.grantType === "password" ? [...client, ...person] : [];
    default:
      return [];
  }
}

/** What both requests say of the customer and of the provider. */
function about(
  provider: Schemas["ProviderInfo"],
  customer: Customer,
  answers: Record<string, string>,
): Schemas["OauthConnectRequest"] {
  const metadata = Object.entries(answers).flatMap(([key, value]) =>
    key.startsWith("metadata.") && value !== "" ? [[key.slice("metadata.".length), value] as const] : [],
  );
  const { groupRef, groupName, consumerRef, consumerName } = customer;
  return {
    provider: provider.name,
    groupRef,
    ...(groupName ? { groupName } : {}),
    ...(consumerRef ? { consumerRef } : {}),
    ...(consumerName ? { consumerName } : {}),
    ...(answers["workspace"] ? { providerWorkspaceRef: answers["workspace"] } : {}),
    ...(metadata.length > 0 ? { providerMetadata: Object.fromEntries(metadata) } : {}),
  };
}

/** The request for the address of the provider's own page. */
export function consentRequest(
  provider: Schemas["ProviderInfo"],
  customer: Customer,
  answers: Record<string, string>,
): Schemas["OauthConnectRequest"] {
  return about(provider, customer, answers);
}

/** The request that makes a connection of typed credentials. */
export function typedRequest(
  provider: Schemas["ProviderInfo"],
  customer: Customer,
  answers: Record<string, string>,
): Schemas["GenerateConnectionRequest"] {
  const value = (key: string): string => answers[key] ?? "";
  const base: Schemas["GenerateConnectionRequest"] = about(provider, customer, answers);
  const client = { clientId: value("clientId"), clientSecret: value("clientSecret") };
  const person = { username: value("username"), password: value("password") };
  if (provider.authType === "apiKey") base.apiKey = value("apiKey");
  if (provider.authType === "basic") base.basicAuth = person;
  if (provider.authType === "custom")
    base.customAuth = Object.fromEntries(
      (provider.customOpts?.inputs ?? []).map((one) => [one.name, value(`custom.${one.name}`)]),
    );
  if (provider.oauth2Opts?.grantType === "clientCredentials") base.oauth2ClientCredentials = client;
  if (provider.oauth2Opts?.grantType === "password") base.oauth2PasswordCredentials = { ...client, ...person };
  return base;
}
