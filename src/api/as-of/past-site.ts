import { pastRowSets } from '#database/past-figures.js';
import type { Snapshot } from '#database/snapshot.js';

import type { GraphqlContext } from '../context.js';
import type { SiteRow } from '../find-site.js';
import { type AsOfInput, keyOf, parseAsOf } from './as-of-input.js';
import { AsOfNotReady, type PreparedPast } from './past.js';

/** The site as a question about its past reads it. */
export function pastSite(
  { snapshot, past }: Pick<GraphqlContext, 'snapshot' | 'past'>,
  site: SiteRow,
  asOf: AsOfInput,
): Promise<SiteRow> {
  const prepared = past.get(keyOf(site.id, parseAsOf(asOf)));
  // It was created in this moment.
  if (!prepared) throw new AsOfNotReady();
  return siteAsOf(snapshot, site, prepared);
}

export async function siteAsOf(snapshot: Snapshot, site: SiteRow, past: PreparedPast): Promise<SiteRow> {
  const { id } = past;
  const sets =
    id === undefined ? new Map() : await snapshot.once(`past ${id}`, () => pastRowSets(snapshot, id));
  return { ...site, timeZone: past.settings.timeZone, past: { ...past, sets } };
}
