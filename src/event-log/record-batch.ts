/** The payload of a record batch: one JSON event per line, no line break after the last. */
export function joinLines(lines: readonly string[]): Uint8Array {
  return Buffer.from(lines.join('\n'));
}

/** The lines of a record batch; a line's index is the event's ordinal. */
export function splitLines(payload: Uint8Array): string[] {
  const text = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('utf8');
  const lines = text.split('\n');
  // A foreign publisher may have ended its last line.
  if (lines.length > 1 && lines.at(-1) === '') lines.pop();
  return lines;
}
