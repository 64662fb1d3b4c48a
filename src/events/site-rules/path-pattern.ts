/**
 * A path with wildcards: `*` (characters of one segment), `**` (whole segments), `:name` (one segment). Matching takes
 * time linear in the path for a given pattern, and no text of a user ever becomes a regular expression.
 */
export interface PathPattern {
  readonly segments: readonly Segment[];
  /** What comes before the first `**`; the whole pattern where there is none. */
  readonly first: readonly Fixed[];
  /** Between one `**` and the next. */
  readonly middle: readonly (readonly Fixed[])[];
  /** After the last `**`; undefined where there is none. */
  readonly last: readonly Fixed[] | undefined;
}

type Segment = Fixed | { readonly kind: 'any_number' };

/** What stands for exactly one segment of a path. */
type Fixed =
  | { readonly kind: 'text'; readonly text: string }
  /** The text between the stars, at least two pieces. */
  | { readonly kind: 'pieces'; readonly pieces: readonly string[] }
  | { readonly kind: 'one' };

const parameter = /^:[A-Za-z_][A-Za-z0-9_]*$/;

/** What is wrong with a pattern's wildcards, as the end of a sentence that begins with the field's name. */
export function patternFault(pattern: string): string | undefined {
  for (const segment of pattern.slice(1).split('/')) {
    if (segment !== '**' && segment.includes('**')) {
      return ` must have "**" alone between slashes, as in "/docs/**", not in "${segment}"`;
    }
    if (segment.startsWith(':') && !parameter.test(segment)) {
      return ` must have a name of letters, digits and _ after ":", as in "/users/:id", not "${segment}"`;
    }
  }
  return undefined;
}

/** `pattern` starts with "/" and has no `patternFault`. */
export function parsePattern(pattern: string): PathPattern {
  const segments = pattern.slice(1).split('/').map(parseSegment);
  const runs: Fixed[][] = [[]];
  for (const segment of segments) {
    if (segment.kind === 'any_number') runs.push([]);
    else runs.at(-1)?.push(segment);
  }
  const [first = [], ...middle] = runs;
  const last = middle.pop();
  return { segments, first, middle, last };
}

function parseSegment(text: string): Segment {
  if (text === '**') return { kind: 'any_number' };
  if (text === '*' || parameter.test(text)) return { kind: 'one' };
  return text.includes('*') ? { kind: 'pieces', pieces: text.split('*') } : { kind: 'text', text };
}

/** What lies between the slashes of a path; undefined where it does not start with one, which no pattern matches. */
export function segmentsOf(path: string): readonly string[] | undefined {
  if (!path.startsWith('/')) return undefined;
  // Twice as fast as split, and this is most of what a path costs that is met for the first time.
  const segments: string[] = [];
  let start = 1;
  for (let end; (end = path.indexOf('/', start)) !== -1; start = end + 1)
    segments.push(path.slice(start, end));
  segments.push(path.slice(start));
  return segments;
}

/** Whether the pattern matches the whole path. */
export function matches({ first, middle, last }: PathPattern, path: readonly string[]): boolean {
  if (!runAt(first, path, 0)) return false;
  if (last === undefined) return path.length === first.length;
  const end = path.length - last.length;
  if (end < first.length || !runAt(last, path, end)) return false;
  let from = first.length;
  // The leftmost place leaves the most room for the runs after it, so none is ever tried again.
  for (const run of middle) {
    while (from + run.length <= end && !runAt(run, path, from)) from++;
    if (from + run.length > end) return false;
    from += run.length;
  }
  return true;
}

function runAt(run: readonly Fixed[], path: readonly string[], at: number): boolean {
  let i = at;
  for (const segment of run) {
    const text = path[i++];
    if (text === undefined || !fits(segment, text)) return false;
  }
  return true;
}

function fits(segment: Fixed, text: string): boolean {
  switch (segment.kind) {
    case 'text':
      return segment.text === text;
    case 'one':
      return text !== '';
    case 'pieces':
      return hasPieces(segment.pieces, text);
  }
}

function hasPieces(pieces: readonly string[], text: string): boolean {
  const first = pieces[0] ?? '';
  const last = pieces.at(-1) ?? '';
  const end = text.length - last.length;
  if (end < first.length || !text.startsWith(first) || !text.endsWith(last)) return false;
  let from = first.length;
  for (let i = 1; i < pieces.length - 1; i++) {
    const piece = pieces[i] ?? '';
    const at = text.indexOf(piece, from);
    if (at === -1 || at + piece.length > end) return false;
    from = at + piece.length;
  }
  return true;
}
