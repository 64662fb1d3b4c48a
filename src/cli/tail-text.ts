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
    const rest = properties ? JSON.stringify(properties) : '';
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
function plain(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?');
}

/** The same for scripts: one JSON object a line. */
export function itemJson(item: FeedItem): string {
  if (item.outcome === 'stored') {
    const receivedAt = new Date(item.at).toISOString();
    const position = positionText(item.position);
    return JSON.stringify({ outcome: item.outcome, receivedAt, position, event: item.event });
  }
  const { at, ...refusal } = item.refusal;
  return JSON.stringify({ outcome: item.outcome, receivedAt: new Date(at).toISOString(), ...refusal });
}
