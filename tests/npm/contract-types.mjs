// Holds a file of TypeScript declarations against those that jco makes of the contract: every function takes and gives the same.
//
// contract-types.mjs sink.wit ampline-sink.d.ts. Says what does not fit on standard output; ends with 1 then.

import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const packages = createRequire(path.join(process.env.AMPLINE_NPM_DIR, "package.json"));
const jco = path.join(process.env.AMPLINE_NPM_DIR, "node_modules/@bytecodealliance/jco-transpile/vendor/js-component-bindgen-component.js");
const { $init, generateTypes } = await import(pathToFileURL(jco));
const [contract, declarations] = process.argv.slice(2).map((file) => fs.readFileSync(file, "utf8"));

await $init;
const options = { world: "full-sink", features: { tag: "list", val: [] }, guest: true, variantsInlineCases: true };
const made = generateTypes("sink", { wit: { tag: "source", val: contract }, ...options });
const interfaces = [...contract.matchAll(/^interface ([a-z]+) \{/gm)].map(([, name]) => name).filter((name) => name !== "types");

// componentize-qjs hands over what jco does not: numbers for 64 bits, null for none, arrays for lists of numbers other than bytes.
const check = `
type Same<T> =
  T extends bigint ? number
  : T extends null | undefined ? null
  : T extends Uint32Array | BigInt64Array | BigUint64Array ? number[]
  : T extends Uint8Array | string | number | boolean ? T
  : T extends (...given: infer Given) => infer Gives ? (...given: { [K in keyof Given]: Same<Given[K]> }) => [Gives] extends [void] ? void : Same<Gives>
  : { [K in keyof T]-?: undefined extends T[K] ? Same<Exclude<T[K], undefined>> | null : Same<T[K]> };
type Fits<Ours, Theirs> = [Same<Ours>, Same<Theirs>] extends [Same<Theirs>, Same<Ours>] ? true : false;
${interfaces.map((name) => {
  const ours = name === "sink" ? `import("ampline:sink/sink@1.0.0").Sink` : `typeof import("ampline:sink/${name}@1.0.0")`;
  return `export const ${name}: Fits<${ours}, typeof import("jco:sink/${name}@1.0.0")> = true;`;
}).join("\n")}
`;

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "contract-types-"));
try {
  const theirs = made.filter(([name]) => name.startsWith("interfaces/"));
  const text = theirs.map(([, bytes]) => Buffer.from(bytes).toString().replace(/^\/\/\/.*$/gm, "").replaceAll("ampline:sink/", "jco:sink/"));
  fs.writeFileSync(path.join(folder, "theirs.d.ts"), text.join("\n"));
  fs.writeFileSync(path.join(folder, "ours.d.ts"), declarations);
  fs.writeFileSync(path.join(folder, "check.ts"), check);
  const tsc = packages.resolve("typescript/bin/tsc");
  const files = ["theirs.d.ts", "ours.d.ts", "check.ts"];
  // A folder of its own has no `node_modules/@types` that would be taken in.
  execFileSync(process.execPath, [tsc, "--noEmit", "--strict", "--target", "es2023", ...files], { cwd: folder });
  process.stdout.write(`${interfaces.length} interfaces fit\n`);
} catch (error) {
  const told = String(error.stdout ?? error);
  const misfit = (_, line) => `${check.split("\n")[line - 1].match(/const (\w+)/)?.[1]} is not as the contract has it`;
  process.stdout.write(told.replaceAll(/^check\.ts\((\d+),14\): error TS2322.*$/gm, misfit));
  process.exitCode = 1;
} finally {
  fs.rmSync(folder, { recursive: true });
}
