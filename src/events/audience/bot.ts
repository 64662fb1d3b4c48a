import { classesOf, maskOf } from '../site-rules/bot-list.js';
import type { BotClass } from '../site-rules/site-rule.js';
import type { StoredEvent } from '../stored-event.js';

type Sent = Pick<StoredEvent, 'userAgent' | 'source'>;

/** Where a server's own request may bring its visitors' events; other formats tell the two apart on the way in. */
const OWN_DOORS = new Set(['tidemark', 'graphql']);
const LIBRARY = maskOf(['http-library']);

/**
 * The classes of the bot that the event is of, as `maskOf` has them; 0 for none. The library that a server sends with says
 * nothing of its visitors: at our own doors it is judged only where the event itself names it as the visitor's.
 */
export function botClassesOf({ userAgent, source }: Sent): number {
  if (userAgent === undefined) return 0;
  const classes = classesOf(userAgent);
  return classes === LIBRARY && source.agent !== 'named' && OWN_DOORS.has(source.dialect) ? 0 : classes;
}

/** Of several, the first one here says most. */
const BY_WEIGHT: readonly (readonly [BotClass, number])[] = (
  [
    'browser-automation',
    'ai-crawler',
    'search-engine',
    'seo',
    'social-preview',
    'advertising',
    'monitoring',
    'scanner',
    'feed-reader',
    'archiver',
    'academic',
    'http-library',
  ] as const satisfies readonly BotClass[]
).map((name) => [name, maskOf([name])]);

/** One class for a figure, in which an event counts once; empty where it is no bot's. */
export function botOf(event: Sent): BotClass | '' {
  const classes = botClassesOf(event);
  if (classes === 0) return '';
  return BY_WEIGHT.find(([, bit]) => (classes & bit) !== 0)?.[0] ?? '';
}
