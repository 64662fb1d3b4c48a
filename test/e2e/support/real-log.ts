import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Day } from './dashboard.js';

interface Expected {
  readonly events: number;
  readonly rejectedLines: readonly number[];
  readonly uniqueVisitorsOverall: number;
  readonly days: Readonly<Record<string, Day>>;
}

const folder = resolve(import.meta.dirname, '../../../../shared/data');
const figures = resolve(folder, 'semicomplete-2015-05.expected.json');

/**
 * A real access log, and the figures that a count without any code of ours gives for it. They lie beside the checkout,
 * not in it.
 */
export const realLog = resolve(folder, 'semicomplete-2015-05.access.log.gz');
export const missing = !existsSync(realLog) || !existsSync(figures);
if (missing) console.warn(`\nSKIPPED: the real log is not at ${realLog}, so nothing was compared with it.\n`);

export const expected: Expected = missing
  ? { events: 0, rejectedLines: [], uniqueVisitorsOverall: 0, days: {} }
  : (JSON.parse(readFileSync(figures, 'utf8')) as Expected);
