// Loaded before the product's own code (`node --import`): every connection that it tries, and every name that it looks up for
// one, is a line of CONNECTIONS_FILE.
import { appendFileSync } from 'node:fs';
import { Socket } from 'node:net';
import process from 'node:process';

const note = (line) => appendFileSync(process.env.CONNECTIONS_FILE, `${line}\n`);
const connect = Socket.prototype.connect;
Socket.prototype.connect = function (...args) {
  this.on('lookup', (_error, _address, _family, host) => note(`name ${host}`));
  this.on('connectionAttempt', (ip, port) => note(`${ip}:${port}`));
  return connect.apply(this, args);
};
