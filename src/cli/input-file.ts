import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';

import { messageOf, Problem } from './problem.js';

export interface InputFile {
  /** What to call it on screen. */
  readonly name: string;
  /** The text's bytes, unpacked where they were gzip (told by their first bytes, so a pipe may be gzip too). */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Bytes read so far, as they lie in the file. */
  readonly bytesRead: () => number;
  /** Undefined for a pipe. */
  readonly bytesTotal: number | undefined;
}

/** `-` is standard input. After an abort the bytes just end, also where a pipe is silent at that moment. */
export async function openInput(path: string, signal: AbortSignal): Promise<InputFile> {
  if (path === '-') return describe('standard input', process.stdin, undefined, signal);
  const found = await stat(path).catch((error: unknown) => {
    throw new Problem(`Cannot read ${path}: ${messageOf(error)}.`);
  });
  if (found.isDirectory()) throw new Problem(`${path} is a folder; name a file.`);
  return describe(
    path,
    createReadStream(path, { highWaterMark: 256 * 1024 }),
    found.isFile() ? found.size : undefined,
    signal,
  );
}

function describe(
  name: string,
  source: Readable,
  bytesTotal: number | undefined,
  signal: AbortSignal,
): InputFile {
  signal.addEventListener('abort', () => source.destroy(), { once: true });
  let bytes = 0;
  async function* counted(): AsyncGenerator<Buffer> {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      yield chunk;
    }
  }
  async function* readable(): AsyncGenerator<Uint8Array> {
    try {
      yield* unpacked(counted());
    } catch (error) {
      if (signal.aborted) return;
      throw new Problem(
        `${name} cannot be read to its end: ${messageOf(error)}. What came before is stored.`,
      );
    }
  }
  return { name, chunks: readable(), bytesRead: () => bytes, bytesTotal };
}

async function* unpacked(chunks: AsyncGenerator<Buffer>): AsyncGenerator<Uint8Array> {
  let head = Buffer.alloc(0);
  while (head.length < 2) {
    const next = await chunks.next();
    if (next.done) break;
    head = Buffer.concat([head, next.value]);
  }
  async function* whole(): AsyncGenerator<Buffer> {
    yield head;
    yield* chunks;
  }
  if (head[0] !== 0x1f || head[1] !== 0x8b) {
    yield* whole();
    return;
  }
  const text = new PassThrough();
  const done = pipeline(Readable.from(whole()), createGunzip(), text);
  done.catch(() => undefined); // a fault is thrown where the text is read
  yield* text as AsyncIterable<Buffer>;
  await done;
}
