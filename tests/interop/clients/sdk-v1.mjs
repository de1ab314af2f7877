import { UnauthorizedError } from "@modelcontextprotocol/sdk/client/auth.js";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { drive } from "./sdk.mjs";

await drive({
  Client,
  StreamableHTTPClientTransport,
  UnauthorizedError,
  clientName: "TypeScript SDK v1",
  finish: (transport, answer) => transport.finishAuth(answer.get("code")),
});
