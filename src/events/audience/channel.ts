import type { StoredEvent } from '../stored-event.js';
import { queryOf } from '../site-rules/kept-query.js';
import { campaignIn, type Campaign } from './campaign.js';
import { kindOfSource, type SourceKind } from './known-sources.js';
import { hostOf, isInternal, NO_REFERRER, referrerOf, type Referrer } from './referrer.js';
import { remembered } from './remembered.js';

/** How a visitor came. The names are those of the usual channel groups of the field. */
export type Channel =
  | 'direct'
  | `organic_${'search' | 'social' | 'video' | 'shopping'}`
  | `paid_${'search' | 'social' | 'video' | 'shopping' | 'other'}`
  | 'ai_assistant'
  | 'display'
  | 'email'
  | 'affiliates'
  | 'sms'
  | 'mobile_push'
  | 'audio'
  | 'campaign'
  | 'referral';

/** Where a view came from; without a channel it came from the site itself. */
export interface Arrival {
  readonly channel: Channel;
  /** Empty for none, and for the site's own. */
  readonly referrer: string;
  readonly campaign: Campaign;
}

/** Undefined for a view that was reached from another page of the site, by a link that says no more. */
export function arrivalOf(event: StoredEvent): Arrival | undefined {
  const { host, campaign, tagged } = addressOf(event.url ?? event.path ?? '');
  const referrer = referrerOf(event);
  const internal = isInternal(referrer, host, event.site);
  if (internal && !tagged) return undefined;
  const from = internal ? NO_REFERRER : referrer;
  return { channel: channelOf(campaign, from), referrer: from.host, campaign };
}

interface Address {
  /** Of the page; empty where it was sent without. */
  readonly host: string;
  readonly campaign: Campaign;
  /** Whether the link that led there says anything of itself. */
  readonly tagged: boolean;
}

const addressOf = remembered((url: string): Address => {
  const campaign = campaignIn(queryOf({ url }));
  const host = /^[a-z][a-z0-9+.-]*:\/\//i.test(url) ? hostOf(url) : '';
  return { host, campaign, tagged: campaign.click !== undefined || isNamed(campaign) };
});

/** What its sender says with the usual words of `utm_medium`. */
const MEDIA: readonly (readonly [RegExp, Channel])[] = [
  [/^e[-_ ]?mail$|^mail$|^newsletter$/, 'email'],
  [/^sms$/, 'sms'],
  [/^affiliates?$|^partner$/, 'affiliates'],
  [/^display$|^banner$|^expandable$|^interstitial$|^cpm$/, 'display'],
  [/^audio$|^podcast$/, 'audio'],
  [/push$|^notification$/, 'mobile_push'],
  [/^organic$/, 'organic_search'],
  [/^social$|^social[-_ ](?:network|media)$|^sm$/, 'organic_social'],
  [/^video$/, 'organic_video'],
  [/^referral$|^link$/, 'referral'],
];

const PAID = /^(?:cp[acv]|cpc.*|ppc|retargeting|remarketing|paid.*)$/;

function channelOf(campaign: Campaign, { host, kind: ofHost }: Referrer): Channel {
  const { utmSource, click } = campaign;
  const medium = campaign.utmMedium.toLowerCase();
  const ofSource = utmSource === '' ? undefined : kindOfSource(utmSource);
  const kind = ofSource ?? ofHost;
  if (PAID.test(medium)) return click?.kind === 'display' ? 'display' : paid(kind ?? click?.kind);
  const said = MEDIA.find(([words]) => words.test(medium))?.[1];
  if (said !== undefined) return said;
  if (click?.paid) return click.kind === 'display' ? 'display' : paid(click.kind);
  // Where the sender names a source that nobody knows, the referrer says less.
  if (ofSource !== undefined) return organic(ofSource);
  if (isNamed(campaign)) return 'campaign';
  if (ofHost !== undefined) return organic(ofHost);
  if (click && click.kind !== 'display') return organic(click.kind);
  return host === '' ? 'direct' : 'referral';
}

function paid(kind: SourceKind | 'display' | undefined): Channel {
  if (kind === undefined || kind === 'email' || kind === 'ai' || kind === 'display') return 'paid_other';
  return `paid_${kind}`;
}

function organic(kind: SourceKind): Channel {
  if (kind === 'email') return 'email';
  return kind === 'ai' ? 'ai_assistant' : `organic_${kind}`;
}

const isNamed = ({ utmSource, utmMedium, utmCampaign }: Campaign): boolean =>
  utmSource !== '' || utmMedium !== '' || utmCampaign !== '';
