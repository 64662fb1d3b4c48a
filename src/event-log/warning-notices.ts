import { Broadcast } from './broadcast.js';
import type { Link } from './link.js';

const subject = 'tidemark.warned';

/** What of an event that is stored all the same is unfit. May get lost. */
export interface WarningNotice {
  readonly site: string;
  readonly eventId: string;
  /** One for each fault, naming the field. */
  readonly warnings: readonly string[];
}

/** Warnings stand in no log: the process that gives one tells the others, before it stores the event. */
export const warningNotices = (link: Link): Broadcast<WarningNotice> =>
  new Broadcast(link, { subjects: subject, subjectOf: () => subject, isNotice });

function isNotice(value: unknown): value is WarningNotice {
  const { site, eventId, warnings } = (value ?? {}) as Partial<WarningNotice>;
  return (
    typeof site === 'string' &&
    typeof eventId === 'string' &&
    Array.isArray(warnings) &&
    warnings.every((warning) => typeof warning === 'string')
  );
}
