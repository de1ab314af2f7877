// Preloaded into a program that cannot send a token: what it asks of $BEARER_ORIGIN goes out with "Authorization: Bearer $BEARER".
const http = require('node:http');
const undici = require(require.resolve('undici', { paths: [process.cwd()] }));

const { BEARER: token, BEARER_ORIGIN: origin } = process.env;
const authorization = `Bearer ${token}`;

// fetch and undici's own request both end up at the global dispatcher.
const dispatcher = new undici.Agent().compose(dispatch => (options, handler) =>
  dispatch(new URL(options.origin).origin === origin ? { ...options, headers: withToken(options.headers) } : options, handler));
undici.setGlobalDispatcher(dispatcher);
globalThis.fetch = (input, init) => undici.fetch(input, init);

function withToken(headers) {
  if (Array.isArray(headers)) return [...headers, 'authorization', authorization];
  return { ...headers instanceof undici.Headers || headers instanceof Headers ? Object.fromEntries(headers) : headers, authorization };
}

const request = http.request;
http.request = (...args) => {
  const made = request(...args);
  if (`${made.protocol}//${made.getHeader('host')}` === origin) made.setHeader('authorization', authorization);
  return made;
};
