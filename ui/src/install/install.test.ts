// The installation form's logic against the shapes of the API's own document.
import { describe, expect, test, vi } from "vitest";

import type { Schemas } from "../api/client";
import { bearerTransport } from "./bearer";
import { consentRequest, questionsOf, typedRequest, wayOf } from "./credentials";
import { changeOf, faultsOf, initialChoices, mappingsOf, newContent, optionalFields } from "./model";

const contacts: Schemas["HydratedObject"] = {
  objectName: "contacts",
  displayName: "Contacts",
  destination: "d",
  schedule: "0 * * * *",
  requiredFields: [
    { fieldName: "email" },
    { mapToName: "phone", mapToDisplayName: "Phone", default: "mobile" },
    { mapToName: "owner" },
  ],
  optionalFields: [{ fieldName: "city" }, { mapToName: "notes" }],
  allFields: [{ fieldName: "email" }, { fieldName: "city" }, { fieldName: "mobile" }],
};

describe("choices", () => {
  test("what is offered", () => {
    expect(mappingsOf(contacts).map(({ name, isRequired }) => `${name} ${isRequired}`)).toEqual([
      "phone true",
      "owner true",
      "notes false",
    ]);
    expect(optionalFields(contacts).map((one) => one.fieldName)).toEqual(["city"]);
    expect(optionalFields({ ...contacts, optionalFieldsAuto: "all" }).map((one) => one.fieldName)).toEqual(["city", "mobile"]);
  });

  test("a required name without a field is refused, and so is choosing nothing", () => {
    const choices = initialChoices([contacts]);
    expect(Object.keys(faultsOf([contacts], choices))).toEqual(["contacts.owner"]);
    const one = choices["contacts"];
    if (one) Object.assign(one, { backfill: "days", days: "0" });
    expect(Object.keys(faultsOf([contacts], choices))).toEqual(["contacts.owner", "contacts.days"]);
    if (one) one.isChosen = false;
    expect(Object.keys(faultsOf([contacts], choices))).toEqual([""]);
  });

  test("a new installation's content", () => {
    const choices = initialChoices([contacts]);
    const one = choices["contacts"];
    if (one) Object.assign(one, { fields: { city: true, zip: false }, backfill: "full" });
    if (one) one.mappings["owner"] = "email";
    expect(newContent("hubspot", choices)).toEqual({
      provider: "hubspot",
      read: {
        objects: {
          contacts: {
            objectName: "contacts",
            selectedFields: { city: true },
            selectedFieldMappings: { phone: "mobile", owner: "email" },
            backfill: { defaultPeriod: { fullHistory: true } },
          },
        },
      },
    });
  });

  test("a change names what differs and keeps what the form does not know", () => {
    const config = {
      objectName: "contacts",
      selectedFields: { city: true },
      selectedFieldMappings: { phone: "mobile" },
      fieldFilters: [1],
    };
    const content = { provider: "hubspot", read: { objects: { contacts: config, accounts: {} } } };
    const before = initialChoices([contacts], content);
    const choices = structuredClone(before);
    expect(changeOf(choices, before, content)).toBeUndefined();
    const one = choices["contacts"];
    if (one) one.isChosen = false;
    expect(changeOf(choices, before, content)).toEqual({
      updateMask: ["config.content.read.objects.contacts"],
      installation: { config: { content: { read: { objects: { contacts: { ...config, disabled: true } } } } } },
    });
  });
});

describe("credentials", () => {
  const provider = (more: Partial<Schemas["ProviderInfo"]>): Schemas["ProviderInfo"] =>
    ({ name: "p", displayName: "P", baseURL: "https://p", defaultModule: "", ...more }) as Schemas["ProviderInfo"];
  const oauth2 = (grantType: Schemas["OAuth2GrantType"]): Schemas["OAuth2Options"] => ({
    grantType,
    tokenURL: "https://p/token",
    explicitScopesRequired: false,
    explicitWorkspaceRequired: true,
    tokenMetadataFields: {},
  });

  test.each([
    [provider({ authType: "apiKey" }), "typed", "apiKey"],
    [provider({ authType: "basic" }), "typed", "username password"],
    [provider({ authType: "oauth2", oauth2Opts: oauth2("authorizationCodePKCE") }), "consent", "workspace"],
    [provider({ authType: "oauth2", oauth2Opts: oauth2("clientCredentials") }), "typed", "workspace clientId clientSecret"],
    [provider({ authType: "none" }), "typed", ""],
  ])("what %o asks", (one, way, keys) => {
    expect(wayOf(one)).toBe(way);
    expect(
      questionsOf(one)
        .map(({ key }) => key)
        .join(" "),
    ).toBe(keys);
  });

  test("requests hold what was answered and nothing that is empty", () => {
    const customer = { groupRef: "g", groupName: "", consumerRef: "c" };
    const basic = provider({ authType: "basic" });
    expect(typedRequest(basic, customer, { username: "u", password: "x", "metadata.region": "eu" })).toEqual({
      provider: "p",
      groupRef: "g",
      consumerRef: "c",
      providerMetadata: { region: "eu" },
      basicAuth: { username: "u", password: "x" },
    });
    expect(consentRequest(basic, customer, { workspace: "w" })).toEqual({
      provider: "p",
      groupRef: "g",
      consumerRef: "c",
      providerWorkspaceRef: "w",
    });
  });
});

test("a token goes with each request, and no cookie", async () => {
  const asked = vi.spyOn(globalThis, "fetch").mockImplementation(() => Promise.resolve(new Response(`{"a":1}`, { status: 200 })));
  let turn = 0;
  const transport = bearerTransport("https://runtime.example/", () => ({ token: `t${++turn}` }));
  await transport.request("GET", "/v1/projects/p");
  expect((await transport.request("GET", "/v1/projects/p", { query: { a: 1 } })).body).toEqual({ a: 1 });
  const [url, init] = asked.mock.calls[1] ?? [];
  expect(url).toBe("https://runtime.example/v1/projects/p?a=1");
  expect(init).toMatchObject({ credentials: "omit", headers: { authorization: "Bearer t2" } });
});
