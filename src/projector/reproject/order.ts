import type { ClientBase } from 'pg';
import type { Step } from '../job-kind.js';
import { findSite, type KnownSite } from '../sites.js';

export const REPROJECT = 'reproject';

/** New settings of a site, and the revision that they are. */
interface ReprojectOrder {
  readonly site: string;
  /** IANA name. */
  readonly timeZone: string;
  readonly revision: number;
}

/** A site as it will be. */
export interface Wanted {
  readonly site: KnownSite;
}

/** What there is to do, or why there is nothing. */
export async function judge(client: ClientBase, order: unknown): Promise<Wanted | Step> {
  const wrong = wrongIn(order);
  if (wrong !== undefined) return { state: 'failed', error: wrong };
  const { site: name, timeZone, revision } = order as ReprojectOrder;
  const site = await findSite(client, name);
  if (!site) return { state: 'failed', error: `there is no site "${name}" with events` };
  const { settings } = site;
  if (revision <= settings.revision)
    return { state: 'done', progress: { result: { revision: settings.revision, reprojected: false } } };
  return { site: { ...site, settings: { ...settings, timeZone, revision } } };
}

function wrongIn(order: unknown): string | undefined {
  const { site, timeZone, revision } = order as Partial<Record<keyof ReprojectOrder, unknown>>;
  if (typeof site !== 'string') return 'site must be the name of a site';
  if (!Number.isSafeInteger(revision)) return 'revision must be a whole number';
  if (typeof timeZone !== 'string' || !isZone(timeZone))
    return `timeZone must be the name of an IANA time zone such as "Europe/Vienna", not ${JSON.stringify(timeZone)}`;
  return undefined;
}

/** PostgreSQL reads an offset such as +05:45 the other way round. */
function isZone(timeZone: string): boolean {
  if (!/^[A-Za-z]/.test(timeZone)) return false;
  try {
    new Intl.DateTimeFormat('en-US', { timeZone });
    return true;
  } catch {
    return false;
  }
}
