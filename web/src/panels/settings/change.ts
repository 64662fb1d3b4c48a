import { ask, Refused } from '../../apollo/ask.js';
import type { SiteSettings } from './site.js';

// What this page itself changed was seen by whoever looks at it, also before the page shows it.
const ownRevisions = new Map<string, number>();

/**
 * Makes a change of a site that nobody else has changed since the page showed it.
 *
 * @throws Refused in the API's own words
 */
export async function make(
  { id, revision }: Pick<SiteSettings, 'id' | 'revision'>,
  change: (revision: number) => Promise<{ data?: { done: { revision: number } } | null | undefined }>,
): Promise<void> {
  try {
    const { data } = await ask(() => change(Math.max(revision, ownRevisions.get(id) ?? 0)));
    if (data) ownRevisions.set(id, data.done.revision);
  } catch (error) {
    if (!(error instanceof Refused) || error.code !== 'CONFLICT') throw error;
    throw new Refused(
      'Somebody else changed this site a moment ago. The page shows it as it is now: look, and try again.',
      error.faults,
      error.code,
    );
  }
}
