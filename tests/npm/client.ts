// A client in TypeScript over the committed document: that it compiles under `strict` is one half, that it gets answers the other.
//
// Arguments: the API's address, a key, a project. Standard output: {"done", "refused"}.
import createClient from "openapi-fetch";

import type { components, paths } from "./api.js";

declare const process: { argv: string[] };

const [address, key, projectIdOrName] = process.argv.slice(2) as [string, string, string];
const api = createClient<paths>({ baseUrl: address, headers: { "X-Api-Key": key } });

const listed = await api.GET("/v1/projects/{projectIdOrName}/deliveries", {
  params: { path: { projectIdOrName }, query: { pageSize: 1, status: "pending" } },
});
if (!listed.data) throw new Error(listed.error.detail);
const done: boolean = listed.data.pagination.done;

const paused = await api.POST(
  "/read/v1/projects/{projectIdOrName}/integrations/{integrationIdOrName}/installations/{installationId}:pause",
  { params: { path: { projectIdOrName, integrationIdOrName: "crm", installationId: "a:b/c" } }, body: { note: "from TypeScript" } },
);
const problem: components["schemas"]["Problem"] | undefined = paused.error;

console.log(JSON.stringify({ done, refused: problem?.status }));
