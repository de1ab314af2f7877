// Preloaded into programs that listen on every address: in tests they listen on loopback only, and say which port they got.
const net = require('node:net');
const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (...args) {
  this.once('listening', () => {
    const address = this.address();
    if (address && typeof address === 'object') console.log(`listening on http://127.0.0.1:${address.port}/mcp`);
  });
  if (typeof args[0] === 'number' || typeof args[0] === 'string' && /^\d+$/.test(args[0])) {
    const callback = args.find(argument => typeof argument === 'function');
    const port = Number(args[0]);

    // Bound at once, as without an address: some programs ask for their port right after listen.
    const bound = net._createServerHandle('127.0.0.1', port, 4);
    return listen.call(this, typeof bound === 'number' ? { port, host: '127.0.0.1' } : bound, callback);
  }
  return listen.apply(this, args);
};
