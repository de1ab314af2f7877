// mcp-remote: a stdio server that signs in and forwards. Its own state lies in MCP_REMOTE_CONFIG_DIR, where it is spoiled to make it refresh.
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { report, spoiled, textOf, tool, toolArguments, url } from "./steps.mjs";

const program = fileURLToPath(new URL("node_modules/mcp-remote/dist/proxy.js", import.meta.url));
const folder = process.env.MCP_REMOTE_CONFIG_DIR;

async function withProxy(work) {
  const client = new Client({ name: "mcp-remote driver", version: "1.0.0" });
  const transport = new StdioClientTransport({ command: process.execPath, args: [program, url, "--transport", "http-only"], env: process.env, stderr: "inherit" });
  await client.connect(transport);
  try {
    await work(client);
  } finally {
    await client.close();
  }
}

const call = async (client) => report("call", { text: textOf(await client.callTool({ name: tool, arguments: JSON.parse(toolArguments) })) });

async function tokensFile() {
  const files = await readdir(folder, { recursive: true });
  return join(folder, files.find((name) => name.endsWith("_tokens.json")));
}

await withProxy(async (client) => {
  report("connected", { server: client.getServerVersion()?.name });
  const { tools } = await client.listTools();
  report("tools", { tools: tools.map((each) => each.name) });
  await call(client);
});

const path = await tokensFile();
const before = JSON.parse(await readFile(path, "utf8"));
await writeFile(path, JSON.stringify({ ...before, access_token: spoiled }));
await withProxy(call);
const after = JSON.parse(await readFile(path, "utf8"));
report("refreshed", {
  accessTokenIsNew: ![before.access_token, spoiled].includes(after.access_token),
  refreshTokenIsNew: before.refresh_token !== after.refresh_token,
});
report("done");
