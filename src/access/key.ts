import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** `public`: on pages, sends events and nothing else. `secret`: of a server, never in a browser and never in an address. */
export type KeyKind = 'public' | 'secret';

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const PREFIXES = { public: 'pk_', secret: 'sk_' } as const satisfies Record<KeyKind, string>;
const PREFIX_LENGTH = 3;
/** 190 bits; of them what is shown of a key leaves 142 unknown. */
const RANDOM_LENGTH = 32;
const CHECKSUM_LENGTH = 6;
const SHOWN_BEFORE = PREFIX_LENGTH + 4;
const SHOWN_BEHIND = 4;

/** Of every key. It fits wherever the ID of a site does. */
export const KEY_LENGTH = PREFIX_LENGTH + RANDOM_LENGTH + CHECKSUM_LENGTH;

const WELL_FORMED = new RegExp(`^[ps]k_[0-9A-Za-z]{${RANDOM_LENGTH + CHECKSUM_LENGTH}}$`);

/** `pk_` or `sk_`, 32 random characters of 0-9, A-Z and a-z, and 6 of a CRC-32 over all before them. */
export function newKey(kind: KeyKind): string {
  const body = PREFIXES[kind] + randomDigits(RANDOM_LENGTH);
  return body + checksumOf(body);
}

/** What a text says that it is, right or wrong; undefined: no key at all. */
export function kindSaid(text: unknown): KeyKind | undefined {
  if (typeof text !== 'string') return undefined;
  if (text.startsWith(PREFIXES.public)) return 'public';
  return text.startsWith(PREFIXES.secret) ? 'secret' : undefined;
}

/** The kind of a key that can have been made here; undefined for a typo, which needs no look-up. */
export function kindOf(text: unknown): KeyKind | undefined {
  if (typeof text !== 'string' || text.length !== KEY_LENGTH || !WELL_FORMED.test(text)) return undefined;
  const body = text.slice(0, -CHECKSUM_LENGTH);
  return text.endsWith(checksumOf(body)) ? kindSaid(text) : undefined;
}

/**
 * SHA-256 in hexadecimal: what is kept of a key, and what it is looked up by, so that no comparison ends earlier the less of a
 * guess is right. A key has too many random bits to be found by trying, so no slow hash is needed.
 */
export function hashOfKey(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** What a list shows of a key. */
export function shownOfKey(text: string): { readonly prefix: string; readonly lastFour: string } {
  return { prefix: text.slice(0, SHOWN_BEFORE), lastFour: text.slice(-SHOWN_BEHIND) };
}

/** So many random characters of 0-9, A-Z and a-z, each as likely as any other. */
export function randomDigits(length: number): string {
  let text = '';
  while (text.length < length) {
    for (const byte of randomBytes(length)) {
      // Of 256 values the last eight would make some characters likelier.
      if (byte < 248 && text.length < length) text += DIGITS.charAt(byte % 62);
    }
  }
  return text;
}

function checksumOf(body: string): string {
  let rest = crc32(body);
  let text = '';
  for (let i = 0; i < CHECKSUM_LENGTH; i++) {
    text = DIGITS.charAt(rest % 62) + text;
    rest = Math.floor(rest / 62);
  }
  return text;
}
