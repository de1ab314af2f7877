// What every driver here does the same way: its arguments, its report, the browser, the callback.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";

/** Usage: node DRIVER URL TOOL [ARGUMENTS AS JSON] */
export const [url, tool, toolArguments = "{}"] = process.argv.slice(2);

/** One JSON line per step: the tests read them. */
export function report(step, facts = {}) {
  process.stdout.write(`${JSON.stringify({ step, ...facts })}\n`);
}

/** A tool's answer without what differs between SDKs. */
export const textOf = (result) => result.content.filter((block) => block.type === "text").map((block) => block.text).join("\n");

/** What an expired or unknown access token looks like: the server must answer 401, the client must refresh. */
export const spoiled = "spoiled-access-token";

/** Opens a URL as desktop programs do: whatever $BROWSER names. */
export async function openBrowser(target) {
  const browser = spawn(process.env.BROWSER, [String(target)], { stdio: ["ignore", "ignore", "inherit"] });
  const [code] = await once(browser, "exit");
  if (code !== 0) throw new Error(`the browser ended with ${code}`);
}

/** A redirect URI on a free loopback port, and what arrives there. */
export class Callback {
  static async listen() {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new Callback(server);
  }

  constructor(server) {
    this.redirectUrl = `http://127.0.0.1:${server.address().port}/callback`;
    this.arrived = new Promise((resolve) => {
      server.once("request", (request, response) => {
        response.writeHead(200, { "content-type": "text/plain", connection: "close" }).end("Signed in. This window can be closed.");
        server.close();
        resolve(new URL(request.url, this.redirectUrl).searchParams);
      });
    });
  }
}
