// An MCP server for the tests, on a library that we did not write.
//
//   node fixture.mjs                   over stdio
//   node fixture.mjs http              over Streamable HTTP at http://127.0.0.1:$PORT/mcp; $PORT 0 or none: any free one.
//                                      The line "listening on URL" on stdout tells which.
//   ERA=modern                         refuses clients of the legacy era (default: both eras)
//   PAGES=n                            n pages of ten more tools each, page_P_tool_T
//   ODD=1                              tools and prompts whose names many clients would not take; each answers with its name
//   BEARER=word                        wants "Authorization: Bearer word", else 401 (HTTP only)
import { McpServer, ResourceTemplate, completable, createMcpHandler } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import * as z from 'zod';
import { serve } from './http.mjs';

const modernOnly = process.env.ERA === 'modern';
const pages = Number(process.env.PAGES ?? 0);
let cancelled = 0;

const text = value => ({ content: [{ type: 'text', text: typeof value === 'string' ? value : JSON.stringify(value) }] });

function createFixture({ requestInfo } = {}) {
  const server = new McpServer(
    { name: 'gatehouse-fixture', version: '1.0.0' },
    { instructions: 'For tests.' });

  server.registerTool('echo', {
    description: 'Returns its arguments, and over HTTP the headers that came with them.',
    inputSchema: z.looseObject({}),
  }, args => text(requestInfo ? { arguments: args, headers: Object.fromEntries(requestInfo.headers) } : { arguments: args }));

  server.registerTool('slow', {
    description: 'Tells its progress in steps, then answers. Stops when it is cancelled.',
    inputSchema: z.object({ steps: z.number().int().default(3), delay: z.number().int().default(50) }),
  }, async ({ steps, delay }, { mcpReq }) => {
    const progressToken = mcpReq._meta?.progressToken;
    for (let step = 1; step <= steps; step++) {
      if (await pause(delay, mcpReq.signal)) {
        cancelled++;
        return { ...text('cancelled'), isError: true };
      }
      if (progressToken !== undefined)
        await mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress: step, total: steps } });
    }
    return text(`done after ${steps} steps`);
  });

  server.registerTool('cancelled_count', { description: 'How many calls of slow were cancelled.' }, () => text(String(cancelled)));

  server.registerTool('change', { description: 'Says that the list of tools has changed.' }, () => {
    server.sendToolListChanged();
    return text('changed');
  });

  server.registerTool('crash', { description: 'Ends the program.' }, () => process.exit(4));

  server.registerTool('fail', { description: 'Fails.' }, () => ({ ...text('it failed, as asked'), isError: true }));

  server.registerResource('greeting', 'fixture://greeting', { mimeType: 'text/plain' },
    uri => ({ contents: [{ uri: uri.href, mimeType: 'text/plain', text: 'hello' }] }));

  server.registerResource('note', new ResourceTemplate('fixture://notes/{id}', { list: undefined, complete: { id: value => ['one', 'two', 'three'].filter(id => id.startsWith(value)) } }),
    { mimeType: 'text/plain' },
    (uri, { id }) => ({ contents: [{ uri: uri.href, mimeType: 'text/plain', text: `note ${id}` }] }));

  server.registerPrompt('greet', {
    description: 'Greets in a language.',
    argsSchema: z.object({ language: completable(z.string(), value => ['english', 'esperanto', 'finnish'].filter(language => language.startsWith(value))) }),
  }, ({ language }) => ({ messages: [{ role: 'user', content: { type: 'text', text: `Say hello in ${language}.` } }] }));

  if (process.env.ODD) addOdd(server);
  if (pages > 0) addPages(server);
  return server;
}

function addOdd(server) {
  for (const name of ['größe.lesen', 'with space/and slash', 'いろは', 'looks_0123abcd', 'very_long_'.repeat(7)]) {
    server.registerTool(name, { description: 'Answers with its name.' }, () => text(name));
    server.registerPrompt(name, { description: 'Answers with its name.' }, () => ({ messages: [{ role: 'user', content: { type: 'text', text: name } }] }));
  }
}

// The library lists everything on one page; these come after its own, one page at a time.
function addPages(server) {
  for (let page = 1; page <= pages; page++)
    for (let tool = 1; tool <= 10; tool++)
      server.registerTool(`page_${page}_tool_${tool}`, { description: `Tool ${tool} of page ${page}.` }, () => text(`page ${page}, tool ${tool}`));
  const handlers = server.server._requestHandlers;
  const all = handlers.get('tools/list');
  handlers.set('tools/list', async (request, context) => {
    const cursor = request.params?.cursor ?? '0';
    const page = Number(cursor);
    const result = await all({ ...request, params: { ...request.params, cursor: undefined } }, context);
    result.tools = result.tools.filter(tool => page === 0 ? !tool.name.startsWith('page_') : tool.name.startsWith(`page_${page}_`));
    if (page < pages) result.nextCursor = String(page + 1);
    return result;
  });
}

function pause(milliseconds, signal) {
  return new Promise(resolve => {
    if (signal.aborted) return resolve(true);
    const timer = setTimeout(() => { signal.removeEventListener('abort', stop); resolve(false); }, milliseconds);
    const stop = () => { clearTimeout(timer); resolve(true); };
    signal.addEventListener('abort', stop, { once: true });
  });
}

function serveHttp() {
  const handler = createMcpHandler(createFixture, { legacy: modernOnly ? 'reject' : 'stateless' });
  const wanted = process.env.BEARER && `Bearer ${process.env.BEARER}`;
  serve(request => wanted && request.headers.get('authorization') !== wanted
    ? new Response(null, { status: 401, headers: { 'www-authenticate': 'Bearer' } })
    : handler.fetch(request));
}

if (process.argv[2] === 'http') serveHttp();
else serveStdio(createFixture, { legacy: modernOnly ? 'reject' : 'serve' });
