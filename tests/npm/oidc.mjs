// An OAuth 2 server that is not ours: oidc-provider, which insists on proof keys (S256), gives each refresh token once, and revokes the
// whole grant when an old one comes again. Everybody who is sent to it consents. Arguments: port, redirect URI, seconds that an
// access token holds. `GET /control` tells how often each grant was asked for; `POST /control/revoke` ends all grants. The client
// `machine` has credentials of its own and no person; `GET /control/holds?TOKEN` tells whether a token of its is good.
// Packages live outside the clone, so they are imported from AMPLINE_NPM_DIR.
import http from "node:http";
import path from "node:path";
import { pathToFileURL } from "node:url";

const packages = path.join(process.env.AMPLINE_NPM_DIR, "node_modules");
const { default: Provider } = await import(pathToFileURL(path.join(packages, "oidc-provider/lib/index.js")));
const [port, redirectUri, lifeSeconds] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const grants = new Set();
const ofMachines = new Set();
const asked = {};

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: "ampline",
      client_secret: process.env.CLIENT_SECRET,
      redirect_uris: [redirectUri],
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      token_endpoint_auth_method: "client_secret_post",
    },
    {
      client_id: "machine",
      client_secret: process.env.CLIENT_SECRET,
      redirect_uris: [],
      grant_types: ["client_credentials"],
      response_types: [],
      scope: "oauth",
      token_endpoint_auth_method: "client_secret_basic",
    },
  ],
  cookies: { keys: ["only for tests"] },
  features: { clientCredentials: { enabled: true }, devInteractions: { enabled: false } },
  findAccount: (_, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  issueRefreshToken: () => true,
  pkce: { methods: ["S256"], required: () => true },
  rotateRefreshToken: () => true,
  scopes: ["openid", "oauth"],
  ttl: {
    AccessToken: Number(lifeSeconds),
    ClientCredentials: Number(lifeSeconds),
    RefreshToken: 3600,
    Grant: 3600,
    Session: 600,
    Interaction: 600,
    AuthorizationCode: 60,
  },
});
for (const event of ["grant.success", "grant.error"]) {
  provider.on(event, (ctx, error) => {
    const name = `${ctx.oidc?.params?.grant_type} ${error?.error ?? "granted"}`;
    asked[name] = (asked[name] ?? 0) + 1;
  });
}
provider.on("client_credentials.saved", (token) => ofMachines.add(token));

async function consent(request, response) {
  const { params } = await provider.interactionDetails(request, response);
  const grant = new provider.Grant({ accountId: "una", clientId: params.client_id });
  grant.addOIDCScope(params.scope ?? "");
  const grantId = await grant.save();
  grants.add(grantId);
  await provider.interactionFinished(request, response, { login: { accountId: "una" }, consent: { grantId } });
}

async function revoke() {
  for (const id of grants) {
    await provider.RefreshToken.revokeByGrantId(id);
    await provider.AccessToken.revokeByGrantId(id);
  }
  for (const token of ofMachines) await token.destroy();
}

const holds = async (token) => String((await provider.ClientCredentials.find(token)) !== undefined);


const callback = provider.callback();
const server = http.createServer(async (request, response) => {
  const { pathname, search } = new URL(request.url, issuer);
  if (pathname.startsWith("/interaction/")) await consent(request, response);
  else if (pathname === "/control") response.end(JSON.stringify(asked));
  else if (pathname === "/control/holds") response.end(await holds(search.slice(1)));
  else if (pathname === "/control/revoke") response.end(await revoke());
  else callback(request, response);
});
server.listen(Number(port), "127.0.0.1");
