// What the MCP conformance suites expect of a server under test, in both eras, on a library that we did not write.
//
//   node conformance.mjs               over stdio
//   node conformance.mjs http          over Streamable HTTP, with sessions and resumable streams in the legacy era
import { createMcpHandler, hostHeaderValidationResponse, isLegacyRequest, localhostAllowedHostnames, localhostAllowedOrigins, McpServer, originValidationResponse } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { addContent } from './conformance/content.mjs';
import { addInput, requestState } from './conformance/input.mjs';
import { addPrompts } from './conformance/prompts.mjs';
import { addResources } from './conformance/resources.mjs';
import { legacySessions } from './conformance/sessions.mjs';
import { addTasks, tasksExtension } from './conformance/tasks.mjs';
import { serve } from './http.mjs';

/** @param changes Tells the open subscriptions that a list has changed; by default those of this connection. */
function createServer(changes) {
  const server = new McpServer({ name: 'gatehouse-conformance', version: '1.0.0' }, {
    capabilities: {
      logging: {},
      tools: { listChanged: true },
      prompts: { listChanged: true },
      resources: { subscribe: true, listChanged: true },
      extensions: { [tasksExtension]: {} },
    },
    requestState: { verify: requestState.verify },
  });
  addContent(server);
  addInput(server);
  addPrompts(server);
  addResources(server);
  addTasks(server);
  addTriggers(server, changes ?? { tools: () => server.sendToolListChanged(), prompts: () => server.sendPromptListChanged() });
  return server;
}

function addTriggers(server, changes) {
  const changed = { content: [{ type: 'text', text: 'changed' }] };
  server.registerTool('test_trigger_tool_change', { description: 'Says that the list of tools has changed.' }, () => { changes.tools(); return changed; });
  server.registerTool('test_trigger_prompt_change', { description: 'Says that the list of prompts has changed.' }, () => { changes.prompts(); return changed; });
}

function serveHttp() {
  const modern = createMcpHandler(
    () => createServer({ tools: () => modern.notify.toolsChanged(), prompts: () => modern.notify.promptsChanged() }),
    { legacy: 'reject' });
  const legacy = legacySessions(() => createServer());
  serve(async request =>
    hostHeaderValidationResponse(request, localhostAllowedHostnames())
      ?? originValidationResponse(request, localhostAllowedOrigins())
      ?? (await isLegacyRequest(request) ? legacy(request) : modern.fetch(request)));
}

if (process.argv[2] === 'http') serveHttp();
else serveStdio(() => createServer());
