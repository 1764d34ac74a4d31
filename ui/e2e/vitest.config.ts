// The pages in a real Chromium over the real runtime; one file after the other, because each starts a world of its own.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["e2e/**/*.test.ts"],
    environment: "node",
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 180_000,
    // The first failure tells most; what comes behind it stands on what failed.
    bail: 0,
  },
});
