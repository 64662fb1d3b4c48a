import type { ClientBase } from 'pg';
import { botList } from '#events/site-rules/bot-list.js';
import type { SiteRule } from '#events/site-rules/site-rule.js';
import { validateSiteRules } from '#events/site-rules/validate-site-rules.js';
import type { SiteSettings } from '#projection/types.js';
import type { Step } from '../job-kind.js';
import { findSite, type KnownSite } from '../sites.js';
import { isOfOtherBotList } from './bot-list.js';

export const REPROJECT = 'reproject';

/** Settings of a site that its figures depend on, whole. */
interface SettingsOrder {
  readonly site: string;
  /** IANA name. */
  readonly timeZone: string;
  /** None where it is missing. */
  readonly rules?: readonly SiteRule[];
}

/** And the revision that they are. */
interface ReprojectOrder extends SettingsOrder {
  readonly revision: number;
  /** The list of bots that the figures are to be made with; missing: that of whoever carries it out. */
  readonly botList?: string;
}

/** A site as it would be, and as it is served. */
export interface Wanted {
  readonly site: KnownSite;
  readonly served: SiteSettings;
}

/** What there is to do, or why there is nothing. */
export async function judge(client: ClientBase, order: unknown): Promise<Wanted | Step> {
  const { revision, botList: list } = order as ReprojectOrder;
  if (list !== undefined && list !== botList()) return { state: 'not here' };
  if (!Number.isSafeInteger(revision)) return failed('revision must be a whole number');
  const wanted = await judgePreview(client, order);
  if ('state' in wanted) return wanted;
  const { site, served } = wanted;
  const again =
    list !== undefined && revision === served.revision && (await isOfOtherBotList(client, site.id));
  if (revision <= served.revision && !again)
    return { state: 'done', progress: { result: { revision: served.revision, reprojected: false } } };
  return { site: { ...site, settings: { ...site.settings, revision } }, served };
}

/** The same where the settings are no revision of the site yet. */
export async function judgePreview(client: ClientBase, order: unknown): Promise<Wanted | Step> {
  const { site: name, timeZone, rules } = order as SettingsOrder;
  if (typeof name !== 'string') return failed('site must be the name of a site');
  if (typeof timeZone !== 'string' || !isZone(timeZone)) {
    return failed(
      `timeZone must be the name of an IANA time zone such as "Europe/Vienna", not ${JSON.stringify(timeZone)}`,
    );
  }
  const read = validateSiteRules(rules ?? []);
  if (!read.valid) return failed(read.faults.map(({ message }) => message).join('; '));
  const site = await findSite(client, name);
  if (!site) return failed(`there is no site "${name}" with events`);
  const { settings } = site;
  return { site: { ...site, settings: { ...settings, timeZone, rules: read.rules } }, served: settings };
}

function failed(error: string): Step {
  return { state: 'failed', error };
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
