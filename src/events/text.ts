declare global {
  // ES2024, in every Node this runs on; TypeScript's ES2023 library does not know it yet.
  interface String {
    toWellFormed(): string;
    isWellFormed(): boolean;
  }
}

/** Lone surrogates become U+FFFD: PostgreSQL's jsonb and UTF-8 itself cannot hold them. */
export function wellFormed(text: string): string {
  return text.toWellFormed();
}

export function utf8Bytes(text: string): number {
  return Buffer.byteLength(text);
}

/** True where `text` takes at most `limit` bytes in UTF-8; counts only when the length leaves it open. */
export function fitsBytes(text: string, limit: number): boolean {
  return text.length * 3 <= limit || (text.length <= limit && utf8Bytes(text) <= limit);
}

/** Cuts at a character boundary, so that at most `limit` bytes of UTF-8 are left. */
export function cutToBytes(text: string, limit: number): string {
  if (fitsBytes(text, limit)) return text;
  const bytes = Buffer.from(text);
  let end = limit;
  // A byte 10xxxxxx continues a character that began before the cut.
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.toString('utf8', 0, end);
}

/** For text that comes with the request and is nobody's to correct (headers): made storable instead of refused. */
export function tidy(text: string | undefined, limitBytes: number): string | undefined {
  if (text === undefined || text === '') return undefined;
  const clean = text.includes('\0') ? text.replaceAll('\0', '') : text;
  return cutToBytes(wellFormed(clean), limitBytes) || undefined;
}
