import { Broadcast } from './broadcast.js';
import type { Link } from './link.js';
import type { ChangeNotice } from './types.js';

const prefix = 'tidemark.changed.';

/** That figures moved, for whoever shows them. */
export const changeNotices = (link: Link): Broadcast<ChangeNotice> =>
  new Broadcast(link, {
    subjects: `${prefix}*`,
    subjectOf: ({ partition }) => `${prefix}${partition}`,
    isNotice,
  });

function isNotice(value: unknown): value is ChangeNotice {
  const { partition, sequence, sites } = (value ?? {}) as Partial<ChangeNotice>;
  return (
    Number.isSafeInteger(partition) &&
    Number.isSafeInteger(sequence) &&
    Array.isArray(sites) &&
    sites.every((site) => typeof site === 'string')
  );
}
