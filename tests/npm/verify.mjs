// Verifies one webhook with both official libraries.
// stdin: {"secret": "whsec_…", "headers": {"webhook-id": …}, "body": "…"}; stdout: {"standardwebhooks": null | "reason", "svix": …}.
// Packages live outside the clone, so they are required from AMPLINE_NPM_DIR.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(path.join(process.env.AMPLINE_NPM_DIR, "package.json"));
const { secret, headers, body } = JSON.parse(readFileSync(0, "utf8"));

// Each library sees only its own names where it has some, so that both sets of headers are judged.
const only = (prefix) => Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith(prefix)));
const reason = (check) => {
  try {
    check();
    return null;
  } catch (error) {
    return `${error.name}: ${error.message}`;
  }
};
const verdict = {
  standardwebhooks: reason(() => new (require("standardwebhooks").Webhook)(secret).verify(body, only("webhook-"))),
  svix: reason(() => new (require("svix").Webhook)(secret).verify(body, only("svix-"))),
};
console.log(JSON.stringify(verdict));
