// Starts oauth2-mock-server on a free loopback port. Each line on stdin says how the next answers are to be forged:
// { "claims": {...}, "forge": "signature" | "unsigned" | "foreign-key" | "hmac", "redirect": {...}, "token": { "status", "body" } }
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { createInterface } from 'node:readline';
import { OAuth2Server } from 'oauth2-mock-server';

const server = new OAuth2Server();
const foreign = generateKeyPairSync('rsa', { modulusLength: 2048 });
let scenario = {};

const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const forge = {
  signature: ([header, payload, signature]) => [header, payload, (signature[0] === 'A' ? 'B' : 'A') + signature.slice(1)],
  unsigned: ([, payload]) => [encode({ alg: 'none', typ: 'JWT' }), payload, ''],
  'foreign-key': ([header, payload]) => [header, payload, sign('sha256', Buffer.from(`${header}.${payload}`), foreign.privateKey).toString('base64url')],
  hmac: ([, payload], secret) => {
    const header = encode({ alg: 'HS256', typ: 'JWT' });
    return [header, payload, createHmac('sha256', secret).update(`${header}.${payload}`).digest('base64url')];
  },
};

server.service.on('beforeTokenSigning', (token) => Object.assign(token.payload, scenario.claims));
server.service.on('beforeResponse', (response, request) => {
  if (scenario.token) return Object.assign(response, { statusCode: scenario.token.status, body: scenario.token.body });
  if (scenario.forge) response.body.id_token = forge[scenario.forge](response.body.id_token.split('.'), request.body.client_secret).join('.');
});
server.service.on('beforeAuthorizeRedirect', ({ url }) => {
  if (scenario.redirect) url.searchParams.delete('code');
  for (const [name, value] of Object.entries(scenario.redirect ?? {})) url.searchParams.set(name, value);
});
server.service.on('beforeUserinfo', (response) => Object.assign(response, { statusCode: 200, body: { sub: scenario.claims?.sub ?? 'johndoe', ...scenario.userinfo } }));

await server.issuer.keys.generate('RS256');
await server.start(0, '127.0.0.1');
createInterface({ input: process.stdin }).on('line', (line) => {
  scenario = JSON.parse(line);
  console.log('ready');
});
console.log(`listening ${server.issuer.url}`);
