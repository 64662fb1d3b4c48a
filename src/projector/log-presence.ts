import type { ProjectedLog } from './engine.js';

/** Milliseconds without a message after which the log is asked whether there is one at all. */
export const SILENCE = 3_000;

/**
 * Whether the log still holds a message between two sequences, both inclusive. A damaged tail is not reported by the server:
 * it delivers nothing and says nothing, and whoever reads towards a known sequence would wait for ever. Where there is a
 * message it is delivered sooner or later, with the gap before it. Throws when the log does not answer.
 */
export async function holdsAny(
  log: ProjectedLog,
  partition: number,
  from: number,
  upTo: number,
): Promise<boolean> {
  const found = await log.sequenceFrom(partition, from);
  return found !== undefined && found <= upTo;
}
