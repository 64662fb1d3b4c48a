import { hash } from 'node:crypto';
import { createRequire } from 'node:module';
import { botClasses, type BotClass } from './site-rule.js';

interface Listed {
  /** A regular expression, case and all. */
  readonly pattern: string;
  readonly tags: readonly string[];
}

/** A set of classes, one bit each. */
type Classes = number;

interface BotList {
  readonly name: string;
  /** Nearly all patterns are plain text: found by their first two characters, each text is read once. */
  readonly texts: ReadonlyMap<number, readonly { readonly text: string; readonly classes: Classes }[]>;
  readonly patterns: readonly { readonly pattern: RegExp; readonly classes: Classes }[];
}

/** How events are judged by the list (audience/bot.ts); raised where another judgement gives other figures. */
const JUDGEMENT = 2;

let loaded: BotList | undefined;

/** Read when it is asked for first: every command loads this code, and few need the list. */
function list(): BotList {
  return (loaded ??= read());
}

/**
 * Which list of bots this code has, and how it is read: another one may class a user agent otherwise. Figures of a site with
 * a rule about bots belong to one list.
 */
export const botList = (): string => list().name;

export function maskOf(classes: readonly string[]): Classes {
  return classes.reduce((mask, name) => mask | (1 << botClasses.indexOf(name as BotClass)), 0);
}

function read(): BotList {
  // Node 20 warns about an import of JSON each time a process starts.
  const listed = createRequire(import.meta.url)('crawler-user-agents') as readonly Listed[];
  const said = JSON.stringify([JUDGEMENT, listed.map(({ pattern, tags }) => [pattern, tags])]);
  const texts = new Map<number, { text: string; classes: Classes }[]>();
  const patterns: { pattern: RegExp; classes: Classes }[] = [];
  for (const { pattern, tags } of listed) {
    const classes = maskOf(tags.filter((tag) => (botClasses as readonly string[]).includes(tag)));
    const text = pattern.replace(/\\([^a-zA-Z0-9])/g, '$1');
    const plain = !/[\\^$.*+?()[\]{}|]/.test(pattern.replace(/\\[^a-zA-Z0-9]/g, '')) && text.length > 1;
    if (!plain) patterns.push({ pattern: new RegExp(pattern), classes });
    else {
      const key = pairAt(text, 0);
      const same = texts.get(key);
      if (same) same.push({ text, classes });
      else texts.set(key, [{ text, classes }]);
    }
  }
  return { name: hash('sha256', said).slice(0, 16), texts, patterns };
}

// Few browsers make most events.
const remembered = 10_000;
const known = new Map<string, Classes>();

/** The classes of bots that call themselves so; 0 for what the list does not know. */
export function classesOf(userAgent: string): Classes {
  let classes = known.get(userAgent);
  if (classes === undefined) {
    if (known.size >= remembered) known.clear();
    known.set(userAgent, (classes = classify(userAgent)));
  }
  return classes;
}

function classify(userAgent: string): Classes {
  const { texts, patterns } = list();
  let found: Classes = 0;
  for (const { pattern, classes } of patterns) if (pattern.test(userAgent)) found |= classes;
  for (let at = 0; at < userAgent.length - 1; at++) {
    const candidates = texts.get(pairAt(userAgent, at));
    if (!candidates) continue;
    for (const { text, classes } of candidates) if (userAgent.startsWith(text, at)) found |= classes;
  }
  return found;
}

function pairAt(text: string, at: number): number {
  return text.charCodeAt(at) * 0x10000 + text.charCodeAt(at + 1);
}
