// Writes src/api/schema.d.ts out of the runtime's OpenAPI document; with --check it only says whether the two agree.
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import openapiTS, { astToString } from "openapi-typescript";

const source = new URL("../../runtime/engine/openapi.json", import.meta.url);
const target = new URL("../src/api/schema.d.ts", import.meta.url);
const head = "// Made by `npm run types` out of runtime/engine/openapi.json; not to be edited.\n\n";

const made = head + astToString(await openapiTS(source, { alphabetize: true }));
if (process.argv.includes("--check")) {
  const kept = await readFile(target, "utf8").catch(() => "");
  if (kept !== made) {
    console.error(
      "src/api/schema.d.ts differs from runtime/engine/openapi.json: run `npm run types` in ui and commit what it writes",
    );
    process.exit(1);
  }
  console.log("src/api/schema.d.ts agrees with runtime/engine/openapi.json");
} else {
  await writeFile(target, made);
  console.log(`wrote ${fileURLToPath(target)}`);
}
