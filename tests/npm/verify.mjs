// Verifies webhooks with both official libraries.
// stdin: {"secret": "whsec_…", "headers": {"webhook-id": …}, "body": "…"}; stdout: {"standardwebhooks": null | "reason", "svix": …}.
// A list gives a list.
// Packages live outside the clone, so they are required from AMPLINE_NPM_DIR.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(path.join(process.env.AMPLINE_NPM_DIR, "package.json"));
const given = JSON.parse(readFileSync(0, "utf8"));

// Each library sees only its own names where it has some, so that both sets of headers are judged.
const only = (headers, prefix) => Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith(prefix)));
const reason = (check) => {
  try {
    check();
    return null;
  } catch (error) {
    return `${error.name}: ${error.message}`;
  }
};
const verdict = ({ secret, headers, body }) => ({
  standardwebhooks: reason(() => new (require("standardwebhooks").Webhook)(secret).verify(body, only(headers, "webhook-"))),
  svix: reason(() => new (require("svix").Webhook)(secret).verify(body, only(headers, "svix-"))),
});
console.log(JSON.stringify(Array.isArray(given) ? given.map(verdict) : verdict(given)));
