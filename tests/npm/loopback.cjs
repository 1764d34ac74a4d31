// Preloaded (`node -r`) into servers that have no option for the address they bind: they listen on the loopback only.
const net = require("node:net");
const { listen } = net.Server.prototype;
net.Server.prototype.listen = function (...given) {
  const [first] = given;
  if (typeof first === "object" && first !== null && first.port !== undefined) return listen.call(this, { ...first, host: "127.0.0.1" }, ...given.slice(1));
  if (typeof first === "number" || /^\d+$/.test(String(first))) return listen.call(this, Number(first), "127.0.0.1", ...given.filter((one) => typeof one === "function"));
  return listen.apply(this, given);
};
