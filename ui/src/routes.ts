// Every page: its address, its name and where it stands in the navigation. Pages are loaded when they are first shown.
import type { Component } from "svelte";

import type { IconName } from "./components/Icon.svelte";

/** What a page is given: the parts of its address. */
export interface PageProps {
  params: Record<string, string>;
}

/** A page's component; those without parameters take none. */
type Page = Component<PageProps> | Component<Record<string, never>>;

/** One page. */
export interface Route {
  /** A pattern as `lib/router` matches it; the first that fits is shown. */
  path: string;
  title: string;
  load: () => Promise<{ default: Page }>;
  /** Left out for pages that are reached from others. */
  nav?: { icon: IconName; group: "Runtime" | "Build" | "Customers" };
}

/** All pages, in the order of the navigation. */
export const routes: readonly Route[] = [
  { path: "/", title: "Overview", load: () => import("./pages/overview/Page.svelte"), nav: { icon: "grid", group: "Runtime" } },
  {
    path: "/deliveries/:id?",
    title: "Deliveries",
    load: () => import("./pages/deliveries/Page.svelte"),
    nav: { icon: "send", group: "Runtime" },
  },
  {
    path: "/destinations/:name?/:verb?",
    title: "Destinations",
    load: () => import("./pages/destinations/Page.svelte"),
    nav: { icon: "target", group: "Runtime" },
  },
  {
    path: "/manifest",
    title: "amp.yaml",
    load: () => import("./pages/editor/Page.svelte"),
    nav: { icon: "code", group: "Build" },
  },
  { path: "/keys", title: "Key lab", load: () => import("./pages/keylab/Page.svelte"), nav: { icon: "key", group: "Build" } },
  { path: "/sinks", title: "Sinks", load: () => import("./pages/sinks/Page.svelte"), nav: { icon: "box", group: "Build" } },
  {
    path: "/integrations/:name?",
    title: "Integrations",
    load: () => import("./pages/integrations/Page.svelte"),
    nav: { icon: "flow", group: "Customers" },
  },
  {
    path: "/installations/:id?",
    title: "Installations",
    load: () => import("./pages/installations/Page.svelte"),
    nav: { icon: "users", group: "Customers" },
  },
  {
    path: "/connections/:id?",
    title: "Connections",
    load: () => import("./pages/connections/Page.svelte"),
    nav: { icon: "link", group: "Customers" },
  },
  {
    path: "/operations/:id?",
    title: "Operations",
    load: () => import("./pages/operations/Page.svelte"),
    nav: { icon: "activity", group: "Customers" },
  },
];
