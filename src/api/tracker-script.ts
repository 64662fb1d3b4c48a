import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { brotliCompressSync, gzipSync } from 'node:zlib';

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { StartupError } from '#config/startup-error.js';

interface Variant {
  readonly encoding?: 'br' | 'gzip';
  readonly body: Buffer;
  readonly etag: string;
}

/**
 * Serves the built tracker in `file` at `/t.js`, to pages of any site: compressed once, at the start, and an hour in
 * every browser, after which it asks whether it is still the same.
 */
export async function serveTracker(app: FastifyInstance, file: string): Promise<void> {
  const script = await readFile(file).catch(() => {
    throw new StartupError(`The tracker is not built in ${file}: run "npm run build"`);
  });
  const hash = createHash('sha256').update(script).digest('base64url').slice(0, 22);
  // A strong tag names bytes, so each encoding has its own.
  const plain: Variant = { body: script, etag: `"${hash}"` };
  const variants: readonly Variant[] = [
    { encoding: 'br', body: brotliCompressSync(script), etag: `"${hash}-br"` },
    { encoding: 'gzip', body: gzipSync(script, { level: 9 }), etag: `"${hash}-gzip"` },
  ];

  const answer = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const accepted = encodingsIn(request.headers['accept-encoding']);
    const { encoding, body, etag } = variants.find((each) => accepted.has(each.encoding ?? '')) ?? plain;
    reply.headers({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=3600, must-revalidate',
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
      'x-content-type-options': 'nosniff',
      vary: 'accept-encoding',
      etag,
    });
    if (names(request.headers['if-none-match'], etag)) return reply.code(304).send();
    if (encoding !== undefined) reply.header('content-encoding', encoding);
    return reply.send(body);
  };
  // What it is compressed to stands here already, and no page is ever shown from it.
  app.get('/t.js', { config: { programsOnly: true }, compress: false }, answer);
}

/** The encodings that the client takes, without those that it refuses (`br;q=0`). */
function encodingsIn(header: string | string[] | undefined): ReadonlySet<string> {
  const items = String(header ?? '').split(',');
  return new Set(
    items
      .map((item) =>
        item
          .trim()
          .toLowerCase()
          .split(';')
          .map((part) => part.trim()),
      )
      .filter(([, quality]) => !/^q=0(\.0*)?$/.test(quality ?? ''))
      .map(([name]) => name ?? ''),
  );
}

/** A proxy that compresses makes a tag weak; it is the same script all the same. */
function names(ifNoneMatch: string | undefined, etag: string): boolean {
  const tags = (ifNoneMatch ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes(etag) || tags.includes('*');
}
