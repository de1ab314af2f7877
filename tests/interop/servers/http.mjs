// Serves a web-standard handler, Request to Response, on Node's HTTP server. Answers are streamed, and a client that goes
// away ends both the request's signal and the response's stream.
import { createServer } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** Listens on loopback at $PORT (0 or none: any free one) and says "listening on URL" on stdout. */
export function serve(fetch) {
  const server = createServer(async (incoming, outgoing) => {
    const gone = new AbortController();
    outgoing.on('close', () => gone.abort());
    try {
      await send(await fetch(requestOf(incoming, gone.signal)), outgoing);
    } catch (failure) {
      if (!gone.signal.aborted) throw failure;
    }
  });
  server.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${server.address().port}/mcp`));
}

function requestOf(incoming, signal) {
  const hasBody = incoming.method !== 'GET' && incoming.method !== 'HEAD';
  return new Request(new URL(incoming.url, 'http://127.0.0.1'), {
    method: incoming.method,
    headers: Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]),
    body: hasBody ? Readable.toWeb(incoming) : undefined,
    duplex: 'half',
    signal,
  });
}

async function send(response, outgoing) {
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  if (!response.body) return outgoing.end();
  outgoing.flushHeaders();
  await pipeline(Readable.fromWeb(response.body), outgoing);
}
