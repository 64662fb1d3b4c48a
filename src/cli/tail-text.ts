import type { FeedItem } from '#event-feed/feed-item.js';
import { positionText } from '#events/position.js';

const COLOURS = { stored: '\u001b[32m', refused: '\u001b[31m', dim: '\u001b[2m', off: '\u001b[0m' } as const;
const WIDTHS = { type: 16, path: 28 } as const;

/** One line for the terminal: when, its fate, what and where, then its properties or what is wrong with it. */
export function itemText(item: FeedItem, o: { colour: boolean; sites: boolean }): string {
  const { site, type, path, dialect, rest } = shown(item);
  const time = new Date(item.at).toLocaleTimeString('en-GB');
  const paint = (colour: keyof typeof COLOURS, text: string) =>
    o.colour ? `${COLOURS[colour]}${text}${COLOURS.off}` : text;
  const where = o.sites || site === undefined ? `${(site ?? '(no site)').padEnd(12)}  ` : '';
  return [
    paint('dim', time),
    paint(item.outcome, item.outcome === 'stored' ? '✓ stored ' : '✗ REFUSED'),
    where + (type ?? '–').padEnd(WIDTHS.type),
    (path ?? '').padEnd(WIDTHS.path),
    item.outcome === 'refused' ? paint('refused', rest) : rest,
    paint('dim', dialect),
  ]
    .filter((part) => part !== '')
    .join('  ');
}

function shown(item: FeedItem) {
  if (item.outcome === 'stored') {
    const { site, type, path = '', source, properties } = item.event;
    const warned = item.warnings ? [`! ${item.warnings.join('; ')}`] : [];
    const rest = [...warned, ...(properties ? [JSON.stringify(properties)] : [])].join('  ');
    return {
      site: plain(site),
      type: plain(type),
      path: plain(path),
      dialect: from(source),
      rest: plain(rest),
    };
  }
  const { site, eventType, path = '', reason, messages } = item.refusal;
  return {
    site: site === undefined ? undefined : plain(site),
    type: eventType === undefined ? undefined : plain(eventType),
    path: plain(path),
    dialect: from(item.refusal),
    rest: plain(`${reason}: ${messages.join('; ')}`),
  };
}

const from = ({ dialect, sdk }: { dialect: string; sdk?: string }): string =>
  plain(typeof sdk === 'string' ? `${dialect} (${sdk})` : dialect);

/** What would move the cursor or turn the line around is not for a terminal; anybody on the log's server may have sent it. */
const UNFIT = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

const plain = (text: string): string => text.replaceAll(UNFIT, '?');

/** The same for scripts: one JSON object a line, of which a terminal is shown nothing that is unfit either. */
export function itemJson(item: FeedItem): string {
  const receivedAt = new Date(item.at).toISOString();
  if (item.outcome === 'stored') {
    const position = positionText(item.position);
    const { outcome, event, warnings } = item;
    return json({ outcome, receivedAt, position, event, warnings });
  }
  return json({ outcome: item.outcome, receivedAt, ...item.refusal, at: undefined });
}

/** Outside of its texts JSON has nothing that is unfit, so what is escaped is the same value. */
const json = (value: object): string => JSON.stringify(value).replaceAll(UNFIT, escaped);

function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}
