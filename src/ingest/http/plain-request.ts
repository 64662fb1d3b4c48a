import type { IncomingHttpHeaders } from 'node:http';

import { EVENT_BODY_BYTES, HEADER_BYTES } from './limits.js';

/** The lines of a head, and what they say. */
export interface PlainHead {
  readonly lines: string;
  readonly headers: IncomingHttpHeaders;
}

export interface PlainRequest {
  readonly head: PlainHead;
  /** As long as its length says. */
  readonly body: Buffer;
}

/** The method, the address and the version are not looked at but compared: no two readers can differ about them. */
const START = 'POST /api/event HTTP/1.1\r\n';
const START_BYTES = Buffer.from(START);
const JSON_TYPES = new Set(['application/json', 'application/json; charset=utf-8']);

/** Whole lines, a name up to its colon, printable ASCII behind it: no folded line, no lone CR or LF, no space before a colon, no tab. */
const LINES = /^(?:[\w!#$%&'*+.^`|~-]+:[\x20-\x7e]*\r\n){1,100}$/;

/** What makes a request one for the general way: another framing of the body, another protocol, a page of a browser, what Node reads in its own way. */
const NOT_PLAIN = [
  'transfer-encoding',
  'content-encoding',
  'expect',
  'upgrade',
  'origin',
  'proxy-connection',
  'set-cookie',
] as const;

/**
 * Reads `POST /api/event` as servers send it, and nothing that one could read in two ways: a header that stands twice, a length that is
 * not digits alone, bytes behind the body are all left to Node's HTTP parser, which then gets every byte from the first
 * (docs/adr/0022).
 *
 * @param last of the connection: a server sends nearly the same head each time, and reading it is a twentieth of a call
 * @returns undefined for what is not that plain, `incomplete` where the head is, and its body is not there as a whole
 */
export function readPlainRequest(bytes: Buffer, last?: PlainHead): PlainRequest | 'incomplete' | undefined {
  if (bytes.length < START.length || START_BYTES.compare(bytes, 0, START.length) !== 0) return undefined;
  const headEnd = bytes.indexOf('\r\n\r\n', START.length - 2, 'latin1');
  if (headEnd === -1 || headEnd > HEADER_BYTES / 2) return undefined;
  const lines = bytes.toString('latin1', START.length, headEnd + 2);
  const head = lines === last?.lines ? last : headIn(lines);
  if (head === undefined) return undefined;
  const start = headEnd + 4;
  const end = start + Number(head.headers['content-length']);
  if (bytes.length < end) return 'incomplete';
  return bytes.length === end ? { head, body: bytes.subarray(start, end) } : undefined;
}

function headIn(lines: string): PlainHead | undefined {
  if (!LINES.test(lines)) return undefined;
  const headers: Record<string, string> = {};
  for (let at = 0; at < lines.length;) {
    const colon = lines.indexOf(':', at);
    const end = lines.indexOf('\r\n', colon);
    const name = lines.slice(at, colon).toLowerCase();
    // Those of every object are no headers that anybody sends: also not plain.
    if (name in headers) return undefined;
    headers[name] = lines.slice(colon + 1, end).trim();
    at = end + 2;
  }
  return isPlain(headers) ? { lines, headers } : undefined;
}

function isPlain(headers: IncomingHttpHeaders): boolean {
  const { host, connection = 'keep-alive', 'content-length': length = '' } = headers;
  return (
    host !== undefined &&
    connection.toLowerCase() === 'keep-alive' &&
    JSON_TYPES.has(headers['content-type'] ?? '') &&
    /^\d{1,6}$/.test(length) &&
    Number(length) <= EVENT_BODY_BYTES &&
    NOT_PLAIN.every((name) => headers[name] === undefined)
  );
}
