// Both generations of the TypeScript SDK, driven the same way: the OAuth provider is the application's part of their contract.
import { randomUUID } from "node:crypto";
import { Callback, openBrowser, report, spoiled, textOf, tool, toolArguments, url } from "./steps.mjs";

class Provider {
  visits = 0;

  constructor(callback, clientName) {
    this.redirectUrl = callback.redirectUrl;
    this.clientMetadata = {
      client_name: clientName,
      redirect_uris: [callback.redirectUrl],
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      token_endpoint_auth_method: "none",
    };
  }

  state() { return (this.expectedState = randomUUID()); }
  clientInformation() { return this.client; }
  saveClientInformation(client) { this.client = client; }
  tokens() { return this.current; }
  saveTokens(tokens) { this.current = tokens; }
  codeVerifier() { return this.verifier; }
  saveCodeVerifier(verifier) { this.verifier = verifier; }
  discoveryState() { return this.discovered; }
  saveDiscoveryState(state) { this.discovered = state; }

  async redirectToAuthorization(target) {
    this.visits++;
    await openBrowser(target);
  }
}

/** Register, sign in, list, call, refresh, call again. */
export async function drive({ Client, StreamableHTTPClientTransport, UnauthorizedError, finish, clientName, options }) {
  const callback = await Callback.listen();
  const provider = new Provider(callback, clientName);
  const connect = async () => {
    const client = new Client({ name: clientName, version: "1.0.0" }, options);
    const transport = new StreamableHTTPClientTransport(new URL(url), { authProvider: provider });
    try {
      await client.connect(transport);
      return client;
    } catch (error) {
      if (!(error instanceof UnauthorizedError)) throw error;
      const answer = await callback.arrived;
      if (answer.get("state") !== provider.expectedState) throw new Error("the callback carries a foreign state");
      if (answer.has("error")) throw new Error(`authorization failed: ${answer.get("error")}`);
      await finish(transport, answer);
      return null;
    }
  };

  const first = await connect();
  report("authorized", { byBrowser: first === null, clientId: provider.client?.client_id });
  const client = first ?? (await connect());
  report("connected", { server: client.getServerVersion()?.name });

  const call = async () => report("call", { text: textOf(await client.callTool({ name: tool, arguments: JSON.parse(toolArguments) })) });
  const { tools } = await client.listTools();
  report("tools", { tools: tools.map((each) => each.name) });
  await call();

  const before = provider.current;
  provider.current = { ...before, access_token: spoiled };
  await call();
  report("refreshed", {
    accessTokenIsNew: ![before.access_token, spoiled].includes(provider.current.access_token),
    refreshTokenIsNew: before.refresh_token !== provider.current.refresh_token,
  });
  await client.close();
  report("done", { visits: provider.visits });
}
