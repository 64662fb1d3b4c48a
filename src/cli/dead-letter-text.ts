import type { DeadLetterResult } from '#database/dead-letter-orders.js';
import type { DeadLetterRow } from '#database/dead-letters.js';
import { positionText } from '#events/position.js';

import { count, table } from './text.js';

const HEAD = ['id', 'state', 'site', 'projection', 'position', 'reason', 'attempts', 'last seen'];

export function describeLetters(letters: readonly DeadLetterRow[], total: number): string {
  if (letters.length === 0) return 'No dead letters.';
  const rows = letters.map((letter) => [
    String(letter.id),
    letter.state,
    letter.site ?? '-',
    projectionOf(letter),
    positionText(letter),
    letter.reason,
    letter.attempts,
    letter.lastSeen.toISOString(),
  ]);
  const shown =
    letters.length < total ? `${count(letters.length)} of ${count(total)}; --limit shows more.` : '';
  return [table(HEAD, rows), ...(shown ? ['', shown] : [])].join('\n');
}

export function describeLetter(letter: DeadLetterRow): string {
  const facts: [string, string | number | null][] = [
    ['dead letter', String(letter.id)],
    ['state', letter.state],
    ['note', letter.note],
    ['site', letter.site],
    ['event ID', letter.eventId],
    ['position', positionText(letter)],
    ['projection', projectionOf(letter)],
    ['reason', letter.reason],
    ['detail', letter.detail],
    ['attempts', letter.attempts],
    ['first seen', letter.firstSeen.toISOString()],
    ['last seen', letter.lastSeen.toISOString()],
  ];
  const lines = facts.flatMap(([name, value]) =>
    value === null ? [] : [`${name.padEnd(12)}${printable(String(value))}`],
  );
  return [...lines, '', printable(letter.event)].join('\n');
}

/** `fault`: something stayed as it was that the operator wanted settled. */
export function describeResult(result: DeadLetterResult): { text: string; fault: boolean } {
  const { retried, failed, skipped, discarded } = result;
  const fault = failed + skipped > 0;
  const parts = [
    ...(retried > 0 ? [`${count(retried)} retried and counted`] : []),
    ...(discarded > 0 ? [`${count(discarded)} discarded`] : []),
    ...(failed > 0 ? [`${count(failed)} failed again and stay open ("dead-letters list" says why)`] : []),
    ...(skipped > 0
      ? [`${count(skipped)} left alone: no projector runs the code that fills their tables`]
      : []),
  ];
  return { text: parts.length > 0 ? `${parts.join('; ')}.` : 'Nothing was changed.', fault };
}

function projectionOf({ projection, generation }: DeadLetterRow): string {
  return projection === null ? 'all' : `${projection} (${generation ?? ''})`;
}

/** What stands in the log may be anything: no control character reaches the terminal. */
function printable(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\uFFFD');
}
