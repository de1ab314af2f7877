import { Client, StreamableHTTPClientTransport, UnauthorizedError } from "@modelcontextprotocol/client";
import { drive } from "./sdk.mjs";

await drive({
  Client,
  StreamableHTTPClientTransport,
  UnauthorizedError,
  clientName: "TypeScript SDK v2",
  options: { versionNegotiation: { mode: process.env.NEGOTIATION ?? "auto" } },
  // Hands over everything that came back: this SDK checks the issuer itself (RFC 9207).
  finish: (transport, answer) => transport.finishAuth(answer),
});
