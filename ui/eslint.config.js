// House rules of the pages: types are checked, and who may import the desktop's packages is said here.
import js from "@eslint/js";
import svelte from "eslint-plugin-svelte";
import globals from "globals";
import ts from "typescript-eslint";

import svelteConfig from "./svelte.config.js";

/** @type {import("eslint").Linter.RulesRecord} */
const desktopOnly = {
  "no-restricted-imports": [
    "error",
    { patterns: [{ group: ["@tauri-apps/*"], message: "only src/transport/tauri.ts and src/platform may know the desktop" }] },
  ],
};

export default ts.config(
  { ignores: ["dist", "public", "node_modules", "src/api/schema.d.ts"] },
  js.configs.recommended,
  ...ts.configs.strictTypeChecked,
  ...svelte.configs.recommended,
  {
    languageOptions: {
      globals: { ...globals.browser, ...globals.node },
      parserOptions: { projectService: true, extraFileExtensions: [".svelte"], tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      ...desktopOnly,
      eqeqeq: "error",
      // A number in a text is what it says.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // Handlers and effects start work that reports its own failures.
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: false }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
    },
  },
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } },
    rules: {
      // Snippets and props of Svelte are typed by svelte-check; typescript-eslint sees them as `any`.
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
      "@typescript-eslint/no-unsafe-call": "off",
      "@typescript-eslint/no-unsafe-argument": "off",
      "@typescript-eslint/no-unsafe-return": "off",
      // A variable bound to an element or written by a handler looks constant to a parser that sees one half of the file.
      "@typescript-eslint/no-unnecessary-condition": "off",
      "prefer-const": "off",
      "svelte/prefer-const": "error",
      // Maps, sets and queries here are no state; what is shown is in runes.
      "svelte/prefer-svelte-reactivity": "off",
      // A generic of a component looks like `unknown` to a parser that sees one half of the file.
      "@typescript-eslint/no-redundant-type-constituents": "off",
      // Addresses are built by routes.ts; this is not SvelteKit.
      "svelte/no-navigation-without-resolve": "off",
    },
  },
  { files: ["src/transport/tauri.ts", "src/platform/**"], rules: { "no-restricted-imports": "off" } },
  { files: ["*.js", "scripts/**"], extends: [ts.configs.disableTypeChecked] },
);
