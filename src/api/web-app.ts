import { readdir } from 'node:fs/promises';
import { relative, sep } from 'node:path';
import { constants } from 'node:zlib';

import { fastifyCompress } from '@fastify/compress';
import { fastifyStatic } from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';

import { StartupError } from '#config/startup-error.js';

import { securityHeaders } from './security-headers.js';

/** Paths that belong to programs: an unknown one is an error there, never the page. */
const NOT_PAGES = /^(api|assets|graphql|health|metrics)(\/|$)/;
// Vite puts a hash of the content into these names.
const HASHED = /^assets\/.+-[\w-]{8,}\.\w+$/;

/**
 * Serves the built web app from `dir`, compressed, with security headers on every answer of the server. Await it
 * before `app.init()`: compression and headers reach only the routes that are added later.
 */
export async function serveWebApp(
  app: FastifyInstance,
  dir: string,
  o: { readonly https?: boolean } = {},
): Promise<void> {
  securityHeaders(app, { https: o.https === true });
  await app.register(fastifyCompress, {
    encodings: ['br', 'gzip'],
    threshold: 1_024,
    // The default of 11 takes a second of a core for what 5 does in 20 ms.
    brotliOptions: { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } },
  });
  await app.register(fastifyStatic, { root: dir, serve: false, preCompressed: true, cacheControl: false });
  const files = await filesBelow(dir);
  if (!files.has('index.html'))
    throw new StartupError(`The web app is not built in ${dir}: run "npm run build"`);

  app.get<{ Params: { '*': string } }>('/*', (request, reply) => {
    // Only names that were listed at the start are ever opened, so no path can lead outside.
    const name = request.params['*'];
    if (name !== 'index.html' && files.has(name)) return sendFile(reply, name);
    const wanted = name === '' || String(request.headers.accept).includes('text/html');
    const page = wanted && !NOT_PAGES.test(name);
    return page ? sendFile(reply, 'index.html') : reply.callNotFound();
  });
}

function sendFile(reply: FastifyReply, name: string): FastifyReply {
  const cache = HASHED.test(name) ? 'public, max-age=31536000, immutable' : 'no-cache';
  return reply.header('cache-control', cache).sendFile(name);
}

/** Relative names with `/`, without source maps and the compressed twins. */
async function filesBelow(dir: string): Promise<ReadonlySet<string>> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true }).catch(() => []);
  const names = entries
    .filter((entry) => entry.isFile() && !/\.(map|br|gz)$/.test(entry.name))
    .map((entry) => relative(dir, `${entry.parentPath}${sep}${entry.name}`).split(sep).join('/'));
  return new Set(names);
}
