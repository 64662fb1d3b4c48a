import { pathBytes } from '../rules.js';
import { parameterName } from '../secrets.js';
import type { StoredEvent } from '../stored-event.js';
import { utf8Bytes } from '../text.js';

/** The path with what is kept of a query, which is given without its "?". */
export type QueryKeeper = (path: string, query: string) => string;

/**
 * Keeps the parameters of these names, sorted by name, so that "?a=1&b=2" and "?b=2&a=1" are one page; values stay as
 * they were sent. A parameter that does not fit into 2,000 bytes any more is left out.
 */
export function compileKeptQuery(names: readonly string[]): QueryKeeper {
  const kept = new Set(names);
  return (path, query) => {
    if (query === '') return path;
    const found: { name: string; text: string }[] = [];
    for (const pair of query.split('&')) {
      const name = parameterName(pair);
      if (!kept.has(name)) continue;
      const equals = pair.indexOf('=');
      found.push({ name, text: equals === -1 ? name : name + pair.slice(equals) });
    }
    if (found.length === 0) return path;
    found.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
    let text = path;
    let left = pathBytes - utf8Bytes(path);
    for (const { text: pair } of found) {
      const bytes = utf8Bytes(pair) + 1;
      if (bytes > left) continue;
      left -= bytes;
      text += (text === path ? '?' : '&') + pair;
    }
    return text;
  };
}

/** The event's query without its "?": the URL's where one is kept, else what the path itself has after a "?". */
export function queryOf(event: Pick<StoredEvent, 'url' | 'path'>): string {
  if (event.url === undefined) return afterMark(event.path ?? '');
  const hash = event.url.indexOf('#');
  return afterMark(hash === -1 ? event.url : event.url.slice(0, hash));
}

function afterMark(text: string): string {
  const mark = text.indexOf('?');
  return mark === -1 ? '' : text.slice(mark + 1);
}
