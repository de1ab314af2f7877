// Servers that do it wrong, one way each: node misbehaving.mjs WAY. All but the first two greet properly.
import { createInterface } from 'node:readline';
import { spawn } from 'node:child_process';

const way = process.argv[2];
if (way === 'crash-at-start') process.exit(3);
if (way === 'silence') { setInterval(() => {}, 1000); process.stdin.resume().on('end', () => process.exit(0)); }
else createInterface({ input: process.stdin }).on('line', line => receive(JSON.parse(line)));

const say = message => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\n');
const answer = (id, value) => say({ id, result: { content: [{ type: 'text', text: String(value) }] } });
const asked = [];
let mad = false;

function receive({ id, method, params, result, error }) {
  if (method === 'initialize') return say({ id, result: { protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: way, version: '0' } } });
  if (method === 'server/discover') return say({ id, error: { code: -32601, message: 'Method not found' } });
  if (mad) return process.stdout.write(`\u0000 not JSON\n[1,2]\n{"jsonrpc":"2.0","id":${JSON.stringify(id ?? null)},"result":"nonsense"}\n`);
  if (method === 'tools/list') return say({ id, result: { tools: ['fine', 'go-mad'].map(name => ({ name, inputSchema: { type: 'object' } })) } });
  if (method === undefined) return asked.push({ id, result, error });
  if (id === undefined) return;
  const tool = params?.name;
  if (tool === 'go-mad') { mad = true; return answer(id, 'mad'); }
  if (tool === 'fine') return answer(id, 'fine');
  if (tool === 'crash') process.exit(4);
  if (tool === 'never') return;
  if (tool === 'garbage') { process.stdout.write('Server ready! {"jsonrpc":\n\n[1,2]\nnull\n'); return answer(id, 'after garbage'); }
  if (tool === 'huge') { process.stdout.write(`"${'x'.repeat(33 * 1024 * 1024)}"\n`); return answer(id, 'after a huge line'); }
  if (tool === 'half-pair') { process.stdout.write('{"\\ud800":1,"jsonrpc":"2.0","id":7,"result":{}}\n'); return answer(id, 'after half a pair'); }
  if (tool === 'twice') { answer(id, 'first'); return answer(id, 'second'); }
  if (tool === 'foreign') { answer(id + 1, 'not yours'); answer(String(id), 'nor this'); return answer(id, 'yours'); }
  if (tool === 'crlf') return process.stdout.write(`{ "jsonrpc" : "2.0",\r "id" : ${id}, "result" : { "n" : 1.0e2 } }\r\n`);
  if (tool === 'ask') {
    say({ id: 'p', method: 'ping' });
    say({ id: 7, method: 'roots/list' });
    const waiting = setInterval(() => { if (asked.length === 2) { clearInterval(waiting); answer(id, JSON.stringify(asked)); } }, 5);
    return;
  }
  if (tool === 'environment') return answer(id, JSON.stringify(process.env));
  if (tool === 'grandchild') return answer(id, spawn('sleep', ['1000'], { stdio: 'ignore' }).pid);
  if (tool === 'raw') return answer(id, JSON.stringify({ id, params }));
  say({ id, error: { code: -32602, message: `Unknown tool ${tool}` } });
}
