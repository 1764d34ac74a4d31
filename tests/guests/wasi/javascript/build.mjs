// Makes a component of guest.js: build.mjs WIT-FOLDER OUT.wasm
import { writeFile, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const require = createRequire(join(process.env.AMPLINE_NPM_DIR, 'package.json'));
const { componentize } = await import(pathToFileURL(require.resolve('@bytecodealliance/componentize-js')).href);
const [wit, out] = process.argv.slice(2);
const source = await readFile(new URL('guest.js', import.meta.url), 'utf8');
const { component } = await componentize(source, { witPath: wit, worldName: 'http-sink' });
await writeFile(out, component);
