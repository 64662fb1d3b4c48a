import { tabsIn, tabsOf, type AudienceTabs } from './audience-tabs.js';
import { presetOf, presetRange, rangeFault, sameRange, type Range } from './range.js';

/** What the page shows. All of it is in the address, so that a link shows the same thing. */
export interface View {
  /** undefined: the address names no site */
  readonly site: string | undefined;
  readonly range: Range;
  /** Paths shown start with this; '' shows all. */
  readonly prefix: string;
  /** What the cards of the audience are divided by. */
  readonly tabs: AudienceTabs;
  /** The moment as of which it is shown, RFC 3339; undefined: now. */
  readonly asOf: string | undefined;
}

/** Without a range in the address the last 30 days are shown: the bare address is a bookmark that stays current. */
export const defaultRange = (today: string): Range => presetRange('30d', today);

export function parseView(search: string, today: string): View {
  const params = new URLSearchParams(search);
  const range = { from: params.get('from') ?? '', to: params.get('to') ?? '' };
  return {
    site: params.get('site') || undefined,
    range: rangeFault(range) === undefined ? range : defaultRange(today),
    prefix: params.get('path') ?? '',
    tabs: tabsIn(params),
    asOf: momentIn(params.get('as-of') ?? ''),
  };
}

function momentIn(text: string): string | undefined {
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}

/** The search part of the address for a view, days always absolute; '' when there is nothing to say. */
export function viewToSearch(view: View): string {
  const params = new URLSearchParams();
  if (view.site !== undefined) params.set('site', view.site);
  params.set('from', view.range.from);
  params.set('to', view.range.to);
  if (view.prefix !== '') params.set('path', view.prefix);
  for (const [card, tab] of tabsOf(view.tabs)) params.set(card, tab);
  if (view.asOf !== undefined) params.set('as-of', view.asOf);
  return `?${params.toString().replaceAll('%2F', '/').replaceAll('%3A', ':')}`;
}

/**
 * The range to show after the day has changed under an open page: a range that was a preset yesterday is that preset
 * today, any other stays as it is.
 */
export function rolledOver(range: Range, before: string, today: string): Range {
  const preset = presetOf(range, before);
  if (preset === undefined) return range;
  const rolled = presetRange(preset, today);
  return sameRange(rolled, range) ? range : rolled;
}
