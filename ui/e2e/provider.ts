// A double of a provider's side of OAuth: a page on which a person says yes, and a token endpoint that insists on the proof key. What it
// gives out is the token that the emulated HubSpot takes.
import { createHash, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What the product is registered with. */
export const CLIENT = { id: "product-client", secret: "product-secret-0001" };

/** A running provider. */
export interface Provider {
  authUrl: string;
  tokenUrl: string;
  /** Why requests were refused. */
  refusals: string[];
  stop: () => Promise<void>;
}

/** Starts one that gives out this token. */
export async function startProvider(token: string): Promise<Provider> {
  const challenges = new Map<string, { challenge: string; redirect: string }>();
  const refusals: string[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://provider.test");
    if (url.pathname === "/authorize") consent(url, response);
    else if (url.pathname === "/token") void exchange(request, response);
    else response.writeHead(404).end();
  });

  /** The page; its link leads back with a code, as after a person's yes. */
  function consent({ searchParams }: URL, response: ServerResponse): void {
    const value = (name: string): string => searchParams.get(name) ?? "";
    if (value("client_id") !== CLIENT.id || value("code_challenge_method") !== "S256") {
      refusals.push(`consent: ${searchParams.toString()}`);
      response.writeHead(400).end();
      return;
    }
    const code = randomUUID();
    challenges.set(code, { challenge: value("code_challenge"), redirect: value("redirect_uri") });
    const back = new URL(value("redirect_uri"));
    back.search = new URLSearchParams({ code, state: value("state") }).toString();
    response.writeHead(200, { "content-type": "text/html" });
    response.end(
      `<!doctype html><title>Consent</title><h1>Let Ampline in?</h1><a href="${back.href.replace(/&/g, "&amp;")}">Allow</a>`,
    );
  }

  async function exchange(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = "";
    for await (const piece of request) text += String(piece);
    const form = new URLSearchParams(text);
    const known = challenges.get(form.get("code") ?? "");
    challenges.delete(form.get("code") ?? "");
    const proof = createHash("sha256")
      .update(form.get("code_verifier") ?? "")
      .digest("base64url");
    const basic = Buffer.from(`${CLIENT.id}:${CLIENT.secret}`).toString("base64");
    const isClient = form.get("client_secret") === CLIENT.secret || request.headers.authorization === `Basic ${basic}`;
    const isSound = known?.challenge === proof && known.redirect === form.get("redirect_uri") && isClient;
    if (!isSound) refusals.push(`token: ${[...form.keys()].join(" ")}`);
    response.writeHead(isSound ? 200 : 400, { "content-type": "application/json" });
    const tokens = { access_token: token, refresh_token: randomUUID(), token_type: "bearer", expires_in: 3_600 };
    response.end(JSON.stringify(isSound ? tokens : { error: "invalid_grant" }));
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { authUrl: `${origin}/authorize`, tokenUrl: `${origin}/token`, refusals, stop: () => closed(server) };
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
