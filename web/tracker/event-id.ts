let last = 0;

/**
 * A UUIDv7. No two of a page share their millisecond, so sorted IDs are in the order of what happened.
 * `crypto.randomUUID` is missing on pages without https.
 */
export function newEventId(): string {
  last = Math.max(Date.now(), last + 1);
  // A leading one keeps the zeros after it: twelve digits of time, eighteen of chance.
  return (
    [last + 2 ** 48 - 256, ...crypto.getRandomValues(new Uint8Array(9))]
      .map((number) => (number + 256).toString(16).slice(1))
      .join('')
      // The variant is 8, 9, a or b: always 8 costs two bits that nobody misses.
      .replace(/(.{8})(.{4})(.{3})(.{3})/, '$1-$2-7$3-8$4-')
  );
}
