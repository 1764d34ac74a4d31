// Builds the pages into dist/; `npm run dev` serves them with /v1 passed on to a runtime (AMPLINE_URL, default 127.0.0.1:8480).
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

import { svelte, vitePreprocess } from "@sveltejs/vite-plugin-svelte";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const runtime = process.env["AMPLINE_URL"] ?? "http://127.0.0.1:8480";

/** What shrinks by less is sent as it is. */
const WORTH = 0.9;
const TEXT = /\.(css|html|js|json|svg|txt)$/;

/** Writes every text a second and a third time, compressed, so that the server never compresses. */
export function compressed(): Plugin {
  return {
    name: "compressed",
    apply: "build",
    generateBundle: {
      order: "post",
      handler(_, bundle) {
        for (const [name, file] of Object.entries(bundle)) {
          if (!TEXT.test(name)) continue;
          const bytes = Buffer.from(file.type === "chunk" ? file.code : file.source);
          const brotli = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
          const gzip = gzipSync(bytes, { level: 9 });
          if (brotli.length < bytes.length * WORTH) this.emitFile({ type: "asset", fileName: `${name}.br`, source: brotli });
          if (gzip.length < bytes.length * WORTH) this.emitFile({ type: "asset", fileName: `${name}.gz`, source: gzip });
        }
      },
    },
  };
}

export default defineConfig({
  plugins: [svelte({ preprocess: vitePreprocess() }), compressed()],
  // Vitest runs components in a document, so it needs Svelte's browser half.
  resolve: process.env["VITEST"] ? { conditions: ["browser"] } : {},
  build: {
    target: "es2023",
    // As new as WebKitGTK 2.50 and Chromium of the last two years: light-dark() is left to them.
    cssTarget: ["chrome125", "safari17.5"],
    // Assets are names with a hash of their content, so they may be kept for ever; nothing is inlined because of the policy of content.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
  },
  worker: { format: "es" },
  // The editor reads the manifest's schema from the core.
  server: { host: "127.0.0.1", port: 5173, fs: { allow: [".."] }, proxy: { "/v1": runtime, "/read": runtime } },
  test: { environment: "happy-dom", include: ["src/**/*.test.ts"], restoreMocks: true },
});
