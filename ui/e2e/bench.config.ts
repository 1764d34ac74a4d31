// What the pages cost, measured in a real Chromium: `cargo xtask bench desk`.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["e2e/bench/**/*.measure.ts"],
    environment: "node",
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
