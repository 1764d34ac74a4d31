// Makes a component of guest.js: build.mjs WIT-FOLDER OUT.wasm
import { writeFile, readFile } from 'node:fs/promises';

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const { componentize } = await import(pathToFileURL(join(process.env.AMPLINE_NPM_DIR, 'node_modules/@bytecodealliance/componentize-js/src/componentize.js')).href);
const [wit, out] = process.argv.slice(2);
const source = await readFile(new URL('guest.js', import.meta.url), 'utf8');
const { component } = await componentize(source, { witPath: wit, worldName: 'http-sink' });
await writeFile(out, component);
