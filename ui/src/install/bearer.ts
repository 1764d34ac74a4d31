// The API from another origin, with a customer's token or a key for pages: what `<ampline-install>` asks by.
import { Unreachable, withQuery, type Answer, type Transport } from "../transport";

/** What proves who asks: a JSON Web Token of your server, or an API key of the scope `frontend`. */
export interface Proof {
  token?: string | undefined;
  apiKey?: string | undefined;
}

/** Asks a runtime at an address. The proof is asked for anew at each request, as tokens last ten minutes at most. */
export function bearerTransport(base: string, proof: () => Proof | Promise<Proof>): Transport {
  const root = base.replace(/\/+$/, "");
  return {
    signsIn: false,
    async request(method, path, { query, body, headers, signal } = {}): Promise<Answer> {
      const { token, apiKey } = await proof();
      const sent: Record<string, string> = { accept: "application/json", ...headers };
      if (token) sent["authorization"] = `Bearer ${token}`;
      else if (apiKey) sent["x-api-key"] = apiKey;
      if (body !== undefined) sent["content-type"] = "application/json";
      const init: RequestInit = { method, headers: sent, credentials: "omit" };
      if (body !== undefined) init.body = JSON.stringify(body);
      if (signal) init.signal = signal;
      let response: Response;
      try {
        response = await fetch(root + withQuery(path, query), init);
      } catch (error) {
        if (error instanceof DOMException && error.name === "AbortError") throw error;
        throw new Unreachable("the runtime does not answer, or does not let this origin ask", { cause: error });
      }
      return {
        status: response.status,
        headers: Object.fromEntries(response.headers.entries()),
        body: decoded(await response.text()),
      };
    },
    stream: () => undefined,
  };
}

function decoded(text: string): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
