import { isUtf8 } from 'node:buffer';
import type { StoredEvent } from './stored-event.js';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

const QUOTE = 0x22;
const BRACE = 0x7d;
const BACKSLASH = 0x5c;
const LINE_BREAK = 0x0a;

/** Bytes that must stand as they are; compared four at a time. */
class Literal {
  readonly length: number;
  readonly words: readonly number[];
  readonly rest: readonly number[];

  constructor(text: string) {
    const bytes = Buffer.from(text);
    this.length = bytes.length;
    const words = bytes.length >> 2;
    this.words = Array.from({ length: words }, (_, i) => bytes.readInt32LE(4 * i));
    this.rest = [...bytes.subarray(4 * words)];
  }
}

const key = (name: string, value: string) => new Literal(`,"${name}":${value}`);
const START = new Literal('{"v":1,"id":"');
const SITE = key('site', '"');
const TYPE = key('type', '"');
const OCCURRED_AT = key('occurredAt', '');
const RECEIVED_AT = key('receivedAt', '');
const VISITOR_ID = key('visitorId', '"');
const USER_ID = key('userId', '"');
const URL = key('url', '"');
const PATH = key('path', '"');
const REFERRER = key('referrer', '"');
const TITLE = key('title', '"');
const USER_AGENT = key('userAgent', '"');
const CLIENT_HINTS = key('clientHints', '');
const LANGUAGE = key('language', '"');
const SCREEN = key('screen', '"');
const GEO = key('geo', '');
const PROPERTIES = key('properties', '');
const SOURCE = key('source', '');
const REQUEST_ID = key('requestId', '"');
const END = new Literal('}');

/** Texts that are kept, a power of two: sites, paths, visitors and browsers come again. */
const KEPT = 2 ** 15;
/** Words of four bytes of the longest text that is kept. */
const LONGEST = 32;
const MOST_OBJECTS = 1_000;

/**
 * Reads events whose lines were found to be events before, three times as fast as `decodeEvent`: it knows in which order
 * `encodeEvent` writes the fields, keeps texts that come again instead of making them anew, and judges nothing. Of any
 * other line (other order, spaces, an escape, a key twice) it reads nothing, and `decodeEvent` must be asked.
 */
export class LineReader {
  /** The payload, and room behind it for reading four bytes at a time. */
  private bytes: Buffer = Buffer.alloc(0);
  private view: DataView = new DataView(new ArrayBuffer(0));
  /** The length of both; V8 calls a function for that of a view. */
  private room = 0;
  private at = 0;
  private failed = false;
  private length = 0;
  /** The next backslash in the payload, if any. */
  private escape = Infinity;
  private readonly texts: string[] = new Array<string>(KEPT).fill('');
  /** The bytes of `texts`, without a look into the strings. */
  private readonly words = new Int32Array(KEPT * LONGEST);
  private readonly objects = new Map<string, object>();

  /** @returns whether it is UTF-8; only then may be read from it. */
  open(payload: Uint8Array): boolean {
    if (!isUtf8(payload)) return false;
    if (payload.length + 4 > this.room) {
      this.bytes = Buffer.alloc(2 * payload.length + 4);
      this.view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.length);
      this.room = this.bytes.length;
    }
    this.bytes.set(payload);
    this.length = payload.length;
    this.escape = -1;
    return true;
  }

  /** Behind the event that was read last. */
  get end(): number {
    return this.at;
  }

  /** The event of the line that begins there. What few events differ in, `source` say, they share, frozen. */
  read(from: number): StoredEvent | undefined {
    this.at = from;
    this.failed = false;
    if (!this.skip(START)) return undefined;
    const id = this.uuid();
    if (!this.skip(SITE)) return undefined;
    const site = this.text();
    if (!this.skip(TYPE)) return undefined;
    const type = this.text();
    if (!this.skip(OCCURRED_AT)) return undefined;
    const occurredAt = this.integer();
    if (!this.skip(RECEIVED_AT)) return undefined;
    const receivedAt = this.integer();
    if (!this.skip(VISITOR_ID)) return undefined;
    const visitorId = this.text();
    const source = NO_SOURCE;
    const event: Writable<StoredEvent> = {
      v: 1,
      id,
      site,
      type,
      occurredAt,
      receivedAt,
      visitorId,
      source,
    };
    this.optional(event);
    if (!this.skip(SOURCE)) return undefined;
    event.source = this.known() as StoredEvent['source'];
    if (this.skip(REQUEST_ID)) event.requestId = this.text();
    return this.skip(END) && !this.failed && this.isWhole(from) ? event : undefined;
  }

  /** Whether the line ends here, and has no escape. */
  private isWhole(from: number): boolean {
    const { bytes, at, length } = this;
    // Behind the payload stands what is left of a longer one.
    if (at < length ? bytes[at] !== LINE_BREAK : at > length) return false;
    if (this.escape < from) {
      const next = bytes.indexOf(BACKSLASH, from);
      this.escape = next < 0 ? Infinity : next;
    }
    return this.escape >= at;
  }

  private optional(event: Writable<StoredEvent>): void {
    if (this.skip(USER_ID)) event.userId = this.text();
    if (this.skip(URL)) event.url = this.text();
    if (this.skip(PATH)) event.path = this.text();
    if (this.skip(REFERRER)) event.referrer = this.text();
    if (this.skip(TITLE)) event.title = this.text();
    if (this.skip(USER_AGENT)) event.userAgent = this.text();
    if (this.skip(CLIENT_HINTS)) event.clientHints = this.known() as Record<string, string>;
    if (this.skip(LANGUAGE)) event.language = this.text();
    if (this.skip(SCREEN)) event.screen = this.text();
    if (this.skip(GEO)) event.geo = this.known() as StoredEvent['geo'] & object;
    if (this.skip(PROPERTIES)) event.properties = this.nested() as Record<string, unknown>;
  }

  /** Goes behind the literal if it stands here. */
  private skip({ length, words, rest }: Literal): boolean {
    const { view } = this;
    let { at } = this;
    if (at + length > this.room) return false;
    for (let i = 0; i < words.length; i++, at += 4) if (view.getInt32(at, true) !== words[i]) return false;
    for (let i = 0; i < rest.length; i++, at++) if (view.getUint8(at) !== rest[i]) return false;
    this.at = at;
    return true;
  }

  /** 36 characters and the quote behind them. */
  private uuid(): string {
    const { bytes, view, at } = this;
    if (at + 36 >= bytes.length || bytes[at + 36] !== QUOTE) return this.fail();
    // Letters in upper case lack this bit.
    for (let i = at; i < at + 36; i += 4)
      if ((view.getInt32(i, true) & 0x20202020) !== 0x20202020) return this.fail();
    this.at = at + 37;
    return bytes.toString('latin1', at, at + 36);
  }

  /** The rest of a string, and the quote behind it. */
  private text(): string {
    return this.until(QUOTE);
  }

  /** What stands before the next such byte, which is skipped. Four bytes at a time: it is most of what is read. */
  private until(end: number): string {
    const { bytes, view, at } = this;
    const ends = Math.imul(end, 0x01010101);
    let hash = 0;
    let high = 0;
    let to = at;
    let word: number;
    for (; ; to += 4) {
      if (to + 4 > bytes.length) return this.fail();
      word = view.getInt32(to, true);
      const other = word ^ ends;
      // The lowest bit is that of the first byte that is 0 in `other`.
      const found = (other - 0x01010101) & ~other & 0x80808080;
      if (found !== 0) {
        const rest = (31 - Math.clz32(found & -found)) >> 3;
        word &= (1 << (8 * rest)) - 1;
        to += rest;
        break;
      }
      hash = Math.imul(hash ^ word, 0x9e3779b1);
      high |= word;
    }
    this.at = to + 1;
    if (((high | word) & 0x80808080) !== 0) return bytes.toString('utf8', at, to);
    if (to - at >= 4 * LONGEST) return bytes.toString('latin1', at, to);
    return this.kept(Math.imul(hash ^ word, 0x9e3779b1), at, to, word);
  }

  /** One string for the same bytes, as long as no other takes its place. @param last the bytes behind the last whole word */
  private kept(hash: number, from: number, to: number, last: number): string {
    const { texts, words, view } = this;
    const place = (hash ^ (hash >>> 15)) & (KEPT - 1);
    const text = texts[place] ?? '';
    const end = to - 3;
    if (text.length === to - from) {
      let word = place * LONGEST;
      let at = from;
      while (at < end && view.getInt32(at, true) === words[word]) {
        at += 4;
        word++;
      }
      if (at >= end && words[word] === last) return text;
    }
    let word = place * LONGEST;
    for (let at = from; at < end; at += 4) words[word++] = view.getInt32(at, true);
    words[word] = last;
    return (texts[place] = this.bytes.toString('latin1', from, to));
  }

  private integer(): number {
    const { bytes, at } = this;
    let value = 0;
    let to = at;
    for (; ; to++) {
      const digit = (bytes[to] ?? 0) - 0x30;
      if (!(digit >= 0 && digit <= 9)) break;
      value = value * 10 + digit;
    }
    if (to === at || to - at > 15 || bytes[at] === 0x30) this.fail();
    this.at = to;
    return value;
  }

  private nested(): object {
    const { bytes, at } = this;
    let depth = 0;
    let quoted = false;
    let to = at;
    do {
      const c = bytes[to++];
      if (c === QUOTE) quoted = !quoted;
      else if (quoted) continue;
      else if (c === 0x7b || c === 0x5b) depth++;
      else if (c === BRACE || c === 0x5d) depth--;
    } while (depth > 0 && to < bytes.length);
    this.at = to;
    return this.object(bytes.toString('utf8', at, to));
  }

  /** An object without another in it, of which there are few. */
  private known(): object {
    const open = this.until(BRACE);
    const known = this.objects.get(open);
    if (known) return known;
    const object = Object.freeze(this.object(`${open}}`));
    if (this.failed || open.length > 4 * LONGEST) return object;
    if (this.objects.size >= MOST_OBJECTS) this.objects.clear();
    this.objects.set(open, object);
    return object;
  }

  private object(json: string): object {
    try {
      const value: unknown = JSON.parse(json);
      if (typeof value === 'object' && value !== null) return value;
    } catch {
      // It goes on in another object, or there is a brace in one of its texts.
    }
    this.fail();
    return NO_SOURCE;
  }

  private fail(): '' {
    this.failed = true;
    return '';
  }
}

const NO_SOURCE: StoredEvent['source'] = Object.freeze({ dialect: '' });
