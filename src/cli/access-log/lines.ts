/** A line longer than this is given as `undefined` text: Apache's own limits keep real lines far below it. */
const MAX_LINE_BYTES = 256 * 1024;

export interface NumberedLine {
  /** From 1, as an editor shows it. */
  readonly number: number;
  /** Without its ending; odd bytes replaced by U+FFFD; undefined where the line was too long to keep. */
  readonly text: string | undefined;
}

/**
 * Splits bytes into lines at LF, CR or CR LF. Memory is bounded by one chunk and one line. The bytes are split before
 * they are decoded, so an invalid sequence can never swallow the end of a line.
 */
export async function* linesOf(
  chunks: AsyncIterable<Uint8Array>,
  maxLineBytes: number = MAX_LINE_BYTES,
): AsyncGenerator<NumberedLine> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  let number = 0;
  let skipLineFeed = false;

  const take = (rest: Uint8Array): NumberedLine => {
    number += 1;
    const tooLong = heldBytes + rest.length > maxLineBytes;
    const bytes = held.length === 0 ? rest : Buffer.concat([...held, rest]);
    held = [];
    heldBytes = 0;
    return { number, text: tooLong ? undefined : decoder.decode(bytes) };
  };

  for await (const chunk of chunks) {
    let start = 0;
    for (let i = 0; i < chunk.length; i += 1) {
      const byte = chunk[i];
      if (byte === 10 && skipLineFeed) {
        skipLineFeed = false;
        start = i + 1;
      } else if (byte === 10 || byte === 13) {
        yield take(chunk.subarray(start, i));
        start = i + 1;
        skipLineFeed = byte === 13;
      } else {
        skipLineFeed = false;
      }
    }
    const rest = chunk.subarray(start);
    heldBytes += rest.length;
    if (heldBytes <= maxLineBytes) held.push(rest);
    else held = []; // only its length matters from here on
  }
  if (heldBytes > 0) yield take(new Uint8Array());
}
