// Builds the pages into dist/; `npm run dev` serves them with /v1 passed on to a runtime (AMPLINE_URL, default 127.0.0.1:8480).
import { svelte, vitePreprocess } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

const runtime = process.env["AMPLINE_URL"] ?? "http://127.0.0.1:8480";

export default defineConfig({
  plugins: [svelte({ preprocess: vitePreprocess() })],
  // Vitest runs components in a document, so it needs Svelte's browser half.
  resolve: process.env["VITEST"] ? { conditions: ["browser"] } : {},
  build: {
    target: "es2023",
    // Assets are names with a hash of their content, so they may be kept for ever; nothing is inlined because of the policy of content.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
  },
  worker: { format: "es" },
  server: { host: "127.0.0.1", port: 5173, proxy: { "/v1": runtime, "/read": runtime } },
  test: { environment: "happy-dom", include: ["src/**/*.test.ts"], restoreMocks: true },
});
