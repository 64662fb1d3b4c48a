import { hash, randomUUID } from 'node:crypto';

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const lowerCase = new RegExp(uuidPattern.source);
const nil = '00000000-0000-0000-0000-000000000000';

/** Any version, either case. The nil UUID is refused: senders that forgot to make an ID would all share it. */
export function isUuid(text: string): boolean {
  return text.length === 36 && uuidPattern.test(text) && text !== nil;
}

/** The UUID in lower case; undefined where it is none. Nearly all are in lower case, which costs no second look. */
export function canonicalUuid(text: string): string | undefined {
  if (text.length === 36 && lowerCase.test(text)) return text === nil ? undefined : text;
  return isUuid(text) ? text.toLowerCase() : undefined;
}

/**
 * UUIDv7, so that the ledger's index grows at its end. `now` in milliseconds since the epoch. The random bits come
 * from Node's pooled UUIDs: the uuid package asks the kernel each time, which was a sixth of a tracking call.
 */
export function newEventId(now = Date.now()): string {
  if (now !== stamped) {
    const time = now.toString(16).padStart(12, '0');
    stamp = `${time.slice(0, 8)}-${time.slice(8)}-7`;
    stamped = now;
  }
  return stamp + randomUUID().slice(15);
}

// Events of one millisecond begin alike.
let stamped = NaN;
let stamp = '';

/** The same ID for the same text of the same site, for ever: for senders whose IDs are not UUIDs, and for imports. */
export function eventIdFrom(site: string, text: string): string {
  return uuid5(eventNamespace, `${site}\n${text}`);
}

const eventNamespace = Buffer.from('5d0f7c7b1b6a4f0e9a0c6c1d52a4b8e3', 'hex');

/** RFC 9562 version 5: SHA-1 of namespace and name. Twice as fast as the uuid package's, to which a test pins it. */
export function uuid5(namespace: Uint8Array, name: string): string {
  const bytes = Buffer.allocUnsafe(namespace.length + Buffer.byteLength(name));
  bytes.set(namespace);
  bytes.write(name, namespace.length);
  const hex = hash('sha1', bytes, 'hex');
  const variant = ((parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
