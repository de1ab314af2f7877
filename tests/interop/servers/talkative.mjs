// A legacy server that says more than it is asked: node talkative.mjs. What it hears, it keeps and tells.
//
//   tool heard       everything it was sent but tool calls, its process id, and who it was greeted by
//   tool ask         asks the client to sample, within the call, and answers with what comes back
//   tool say         says the message that is given as argument, now (it belongs to no call once this has been answered)
//   tool wait        answers only after the tool go
//   tool crash       ends
import { createInterface } from 'node:readline';

const heard = [];
const waiting = [];
let greeting, asking;

const write = message => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\n');
const answer = (id, value) => write({ id, result: { content: [{ type: 'text', text: typeof value === 'string' ? value : JSON.stringify(value) }] } });

createInterface({ input: process.stdin }).on('line', line => receive(JSON.parse(line)));

function receive(message) {
  const { id, method, params } = message;
  if (method === 'initialize') {
    greeting = params;
    return write({ id, result: { protocolVersion: params.protocolVersion, serverInfo: { name: 'talkative', version: '1' },
      capabilities: { tools: { listChanged: true }, resources: { subscribe: true, listChanged: true }, logging: {}, experimental: { 'x/y': {} } } } });
  }
  if (method === 'server/discover') return write({ id, error: { code: -32601, message: 'Method not found' } });
  if (method !== 'tools/call') heard.push(message);
  if (method === undefined) return asking !== undefined && (answer(asking, message), asking = undefined);
  if (id === undefined) return;
  if (method === 'resources/subscribe' && params.uri === 'talk://refused') return write({ id, error: { code: -32602, message: 'No such resource' } });
  if (method !== 'tools/call') return write({ id, result: {} });
  const args = params.arguments ?? {};
  switch (params.name) {
    case 'heard': return answer(id, { pid: process.pid, greeting, heard });
    case 'ask': asking = id; return write({ id: args.id ?? 's-1', method: 'sampling/createMessage', params: { messages: [], maxTokens: 1 } });
    case 'say': answer(id, 'said'); return write(args.message);
    case 'wait': waiting.push(id); return args.message && write(args.message);
    case 'go': for (const one of waiting.splice(0)) answer(one, 'gone'); return answer(id, 'go');
    case 'crash': process.exit(4);
  }
}
