// What svelte-check and the editor read; vite.config.ts says the same to the build.
import { vitePreprocess } from "@sveltejs/vite-plugin-svelte";

export default { preprocess: vitePreprocess() };
