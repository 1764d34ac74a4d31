// Where the pages begin: styles, theme, the way to the runtime, then the shell.
import { mount } from "svelte";

import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/controls.css";
import "./styles/install.css";

import { startRouter } from "./lib/router.svelte";
import { openSession } from "./lib/session.svelte";
import { theme } from "./lib/theme.svelte";
import App from "./shell/App.svelte";
import { httpTransport } from "./transport/http";

theme.restore();
startRouter();
// Only the desktop's window has this; its part is a chunk that a browser never loads.
const platform = "__TAURI_INTERNALS__" in window ? await import("./platform/desktop") : undefined;
const session = openSession(platform ? platform.tauriTransport() : httpTransport());
const desktop = platform?.openDesktop(session);
const target = document.getElementById("app");
if (!target) throw new Error("index.html has an element `app`");
mount(App, { target, props: { session, desktop } });
void session.start();
