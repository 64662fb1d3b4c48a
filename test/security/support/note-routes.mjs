// Loaded before the product's own code (`node --import`): every address that its HTTP server is given is a line of ROUTES_FILE.
import { subscribe } from 'node:diagnostics_channel';
import { appendFileSync } from 'node:fs';
import process from 'node:process';

subscribe('fastify.initialization', ({ fastify }) => {
  fastify.addHook('onRoute', ({ method, url }) => {
    for (const each of [method].flat()) appendFileSync(process.env.ROUTES_FILE, `${each} ${url}\n`);
  });
});
