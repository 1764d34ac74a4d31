// What the form of grants asks for.
import { expect, test } from "vitest";

import { change, clientOf, limitFault, limitsOf, lines, oauth2Of } from "./grants";

const before = { hosts: ["https://a.example"], limits: { memoryMebibytes: 32 }, credentials: {} };

test.each([
  ["nothing", { hosts: "https://a.example\n", limits: { memoryMebibytes: "32" } }, undefined],
  [
    "a host",
    { hosts: "https://a.example, https://*.b.example\nhttps://a.example", limits: { memoryMebibytes: "32" } },
    { updateMask: ["grants.hosts"], destination: { grants: { hosts: ["https://a.example", "https://*.b.example"] } } },
  ],
  [
    "a limit set and one taken away",
    { hosts: "https://a.example", limits: { memoryMebibytes: "", instances: " 1 " } },
    {
      updateMask: ["grants.limits.memoryMebibytes", "grants.limits.instances"],
      destination: { grants: { limits: { instances: 1 } } },
    },
  ],
])("%s", (_, after, expected) => {
  expect(change(before, after)).toEqual(expected);
});

test("what is typed is read as it is meant", () => {
  expect(lines(" a\n\n b,c a ")).toEqual(["a", "b", "c"]);
  expect(limitsOf({ instances: 1, memoryMebibytes: 8 })).toEqual([
    ["memoryMebibytes", 8],
    ["instances", 1],
  ]);
  expect(["", " 7 ", "7.5", "-1", "many"].map((text) => limitFault(text) === undefined)).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
});

test("how tokens are got is read as it is meant, and shown as it is bound", () => {
  const typed = {
    tokenUrl: " https://login.example/token ",
    clientId: "me",
    scopes: " a  b\n",
    audience: "",
    clientAuth: "post" as const,
  };
  const bound = { tokenUrl: "https://login.example/token", clientId: "me", scopes: ["a", "b"], clientAuth: "post" as const };
  expect(oauth2Of(typed)).toEqual(bound);
  expect(oauth2Of({ ...typed, audience: "https://api.example" })).toEqual({ ...bound, audience: "https://api.example" });
  expect(clientOf(bound)).toEqual({ ...typed, tokenUrl: bound.tokenUrl, scopes: "a b" });
  expect(clientOf(undefined)).toEqual({ tokenUrl: "", clientId: "", scopes: "", audience: "", clientAuth: "basic" });
});
