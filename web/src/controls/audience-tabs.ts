import type { AudienceDimension } from '../gql/graphql.js';

/** What each card of the audience can be divided by; the first is shown unless the address says otherwise. */
export const TABS = {
  sources: ['CHANNEL', 'REFERRER', 'UTM_SOURCE', 'UTM_MEDIUM', 'UTM_CAMPAIGN', 'UTM_TERM', 'UTM_CONTENT'],
  devices: ['BROWSER', 'OS', 'DEVICE', 'SCREEN', 'BOT'],
  locales: ['COUNTRY', 'LANGUAGE'],
} as const satisfies Readonly<Record<string, readonly AudienceDimension[]>>;

export type AudienceCard = keyof typeof TABS;
export const CARDS = Object.keys(TABS) as readonly AudienceCard[];

export type AudienceTabs = { readonly [Card in AudienceCard]: (typeof TABS)[Card][number] };

export const DEFAULT_TABS: AudienceTabs = { sources: 'CHANNEL', devices: 'BROWSER', locales: 'COUNTRY' };

/** Of an address; what no card has is as if it were not there. */
export function tabsIn(params: URLSearchParams): AudienceTabs {
  const named = CARDS.map((card) => {
    const name = params.get(card)?.toUpperCase();
    return [card, TABS[card].find((tab) => tab === name) ?? DEFAULT_TABS[card]] as const;
  });
  return Object.fromEntries(named) as AudienceTabs;
}

/** Those that an address has to name, as it does. */
export function tabsOf(tabs: AudienceTabs): (readonly [card: AudienceCard, name: string])[] {
  return CARDS.filter((card) => tabs[card] !== DEFAULT_TABS[card]).map(
    (card) => [card, tabs[card].toLowerCase()] as const,
  );
}
