import { parsePattern, type PathPattern } from './path-pattern.js';

const ranks = { text: 0, pieces: 1, one: 2, any_number: 4 } as const;
/** The end of a pattern is more than "any number of segments" says, and less than a further segment. */
const atEnd = 3;

/**
 * Sorts the more specific pattern first, so that the order in which rules were added does not matter: segment by
 * segment from the left, text before text with `*` before a whole segment before `**`; then the one with more text.
 */
export function bySpecificity(a: string, b: string): number {
  const [one, other] = [parsePattern(a), parsePattern(b)];
  const longest = Math.max(one.segments.length, other.segments.length);
  for (let i = 0; i < longest; i++) {
    const difference = rankAt(one, i) - rankAt(other, i);
    if (difference !== 0) return difference;
  }
  return textIn(other) - textIn(one) || (a < b ? -1 : a > b ? 1 : 0);
}

function rankAt(pattern: PathPattern, index: number): number {
  const segment = pattern.segments[index];
  return segment === undefined ? atEnd : ranks[segment.kind];
}

function textIn(pattern: PathPattern): number {
  let length = 0;
  for (const segment of pattern.segments) {
    if (segment.kind === 'text') length += segment.text.length;
    if (segment.kind === 'pieces') for (const piece of segment.pieces) length += piece.length;
  }
  return length;
}

/** The same for patterns that differ in the names of their segments alone. */
export function shapeOf(pattern: string): string {
  const shapes = parsePattern(pattern).segments.map((segment) => {
    if (segment.kind === 'any_number') return '**';
    if (segment.kind === 'one') return '*';
    return segment.kind === 'text' ? segment.text : segment.pieces.join('*');
  });
  return `/${shapes.join('/')}`;
}
