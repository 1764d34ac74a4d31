// Builds <ampline-install> into one file beside the pages: dist/embed/ampline-install.js, with its styles inside.
import { svelte, vitePreprocess } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

import { compressed } from "./vite.config";

export default defineConfig({
  plugins: [
    svelte({
      preprocess: vitePreprocess(),
      compilerOptions: { css: "injected" },
      dynamicCompileOptions: ({ filename }) => (filename.endsWith("AmplineInstall.svelte") ? { customElement: true } : undefined),
    }),
    compressed(),
  ],
  publicDir: false,
  build: {
    target: "es2022",
    outDir: "dist/embed",
    emptyOutDir: false,
    lib: { entry: "src/embed/index.ts", formats: ["es"], fileName: () => "ampline-install.js" },
  },
});
