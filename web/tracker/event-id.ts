let last = 0;

/**
 * A UUIDv7. No two of a page share their millisecond, so sorted IDs are in the order of what happened.
 * `crypto.randomUUID` is missing on pages without https.
 */
export function newEventId(): string {
  last = Math.max(Date.now(), last + 1);
  const random = Array.from(crypto.getRandomValues(new Uint8Array(9)), (byte) =>
    (byte + 256).toString(16).slice(1),
  );
  // Twelve digits of time, eighteen of chance. The variant is 8, 9, a or b: always 8 costs two bits that nobody misses.
  return ((last + 2 ** 48).toString(16).slice(1) + random.join('')).replace(
    /(.{8})(.{4})(.{3})(.{3})/,
    '$1-$2-7$3-8$4-',
  );
}
