// server-everything listens on every address of the machine and cannot be told otherwise. With
// NODE_OPTIONS="--require ./loopback.cjs" it listens on 127.0.0.1, where only this machine reaches it.
"use strict";

const net = require("node:net");
const listen = net.Server.prototype.listen;

net.Server.prototype.listen = function (...args) {
  const isPort = (value) => typeof value === "number" || (typeof value === "string" && /^[0-9]+$/.test(value));
  if (isPort(args[0]) && typeof args[1] !== "string") args.splice(1, 0, "127.0.0.1");
  else if (args[0] !== null && typeof args[0] === "object" && "port" in args[0]) args[0] = { ...args[0], host: "127.0.0.1" };
  return listen.apply(this, args);
};
