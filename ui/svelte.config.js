// What svelte-check and the editor read, and the builds of vite.config.ts and vite.embed.config.ts with it.
import { vitePreprocess } from "@sveltejs/vite-plugin-svelte";

/** @type {import("@sveltejs/vite-plugin-svelte").SvelteConfig} */
export default {
  preprocess: vitePreprocess(),
  // `<ampline-install>` is compiled as an element by vite.embed.config.ts alone.
  compilerOptions: { warningFilter: ({ code }) => code !== "options_missing_custom_element" },
};
