// The Inspector's command line: one process per request, its state in MCP_STORAGE_DIR, where it is spoiled to make it refresh.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { report, spoiled, textOf, tool, toolArguments, url } from "./steps.mjs";

const program = fileURLToPath(new URL("node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js", import.meta.url));
const secrets = join(process.env.MCP_STORAGE_DIR, "secrets.json");
const env = { ...process.env, MCP_INSPECTOR_SECRET_STORE: "file", MCP_AUTO_OPEN_ENABLED: "true" };

async function inspect(...options) {
  const child = spawn(process.execPath, [program, "--cli", "--server-url", url, "--transport", "http", "--format", "json", "--quiet", ...options], { env, stdio: ["ignore", "pipe", "inherit"] });
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, "exit")]);
  if (code !== 0) throw new Error(`the Inspector ended with ${code}: ${output}`);
  return JSON.parse(output).result;
}

const call = async () => {
  const options = ["--stored-auth-only", "--method", "tools/call", "--tool-name", tool, "--tool-args-json", toolArguments];
  report("call", { text: textOf(await inspect(...options)) });
};

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/** The stored tokens: JSON inside the file's JSON, under a key that ends with the issuer. */
async function tokens(change) {
  const file = JSON.parse(await readFile(secrets, "utf8"));
  const key = Object.keys(file.secrets).find((name) => name.includes(":tokens:"));
  const stored = JSON.parse(file.secrets[key]);
  if (change) {
    file.secrets[key] = JSON.stringify({ ...stored, ...change });
    await writeFile(secrets, JSON.stringify(file), { mode: 0o600 });
  }
  return stored;
}

const { tools } = await inspect("--callback-url", `http://127.0.0.1:${await freePort()}/oauth/callback`, "--method", "tools/list");
report("tools", { tools: tools.map((each) => each.name) });
await call();

const before = await tokens({ access_token: spoiled });
await call();
const after = await tokens();
report("refreshed", {
  accessTokenIsNew: ![before.access_token, spoiled].includes(after.access_token),
  refreshTokenIsNew: before.refresh_token !== after.refresh_token,
});
report("done");
