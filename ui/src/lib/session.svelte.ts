// Who is signed in to which project, and whether the runtime answers: the one state that every page shares.
import { ApiError, Client, type Schemas } from "../api/client";
import { Unreachable, type StreamState, type Transport } from "../transport";

/** Where the shell stands. */
export type Stage = "starting" | "signed-out" | "ready" | "unreachable";

/** The state of the shell. */
export class Session {
  stage = $state<Stage>("starting");
  project = $state.raw<Schemas["Project"] | undefined>();
  /** How the stream of live events stands. */
  live = $state<StreamState>("connecting");
  /** Why the start failed, where it did. */
  trouble = $state.raw<unknown>();
  readonly client: Client;

  constructor(transport: Transport) {
    this.client = new Client(transport);
    this.client.onUnauthorized = () => {
      this.stage = "signed-out";
    };
  }

  /** Finds out which project is served, and whether we may ask. */
  async start(): Promise<void> {
    try {
      const [project] = await this.client.get("/v1/projects");
      this.project = project;
      this.client.project = project?.id ?? "";
      this.trouble = undefined;
      this.stage = "ready";
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return;
      this.trouble = error;
      this.stage = "unreachable";
    }
  }

  /** Exchanges a key for a cookie that scripts cannot read. */
  async signIn(key: string): Promise<void> {
    await this.client.send("POST", "/v1/session", { body: { apiKey: key } });
    await this.start();
  }

  /** Ends the session here and in the runtime. */
  async signOut(): Promise<void> {
    await this.client.send("DELETE", "/v1/session");
    this.stage = "signed-out";
  }
}

/** Whether an error means that nobody answered. */
export function isOffline(error: unknown): boolean {
  return error instanceof Unreachable;
}

let current: Session | undefined;

/** Makes the session of these pages; once, at the start. */
export function openSession(transport: Transport): Session {
  current = new Session(transport);
  return current;
}

/** The session of these pages. */
export function session(): Session {
  if (!current) throw new Error("openSession comes first");
  return current;
}

/** The client of these pages. */
export function api(): Client {
  return session().client;
}
