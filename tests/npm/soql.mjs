// A grammar of SOQL that is not ours says which queries it accepts. stdin: ["SELECT …", …]; stdout: [true, false, …].
// Packages live outside the clone, so they are required from AMPLINE_NPM_DIR.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(path.join(process.env.AMPLINE_NPM_DIR, "package.json"));
const { isQueryValid } = require("soql-parser-js");
console.log(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map((query) => isQueryValid(query))));
