import { start, type Tracker } from './core.js';
import type { VisitorMode } from './visitor.js';

export type { Tracker } from './core.js';
export type { Properties } from './page.js';
export type { VisitorMode } from './visitor.js';

export interface Options {
  /** The site's ID in Tidemark: 1 to 64 of `A-Z a-z 0-9 _ -`. */
  readonly site: string;
  /** A public key of the site, `pk_…`; not needed where Tidemark is open to everybody. */
  readonly key?: string | undefined;
  /** Where Tidemark is reached, such as `https://stats.example.com`. */
  readonly host: string;
  /**
   * How a visitor is known again. `cookieless` (the default): by the server, for a day, and no ID is kept in the browser.
   * `storage`: by an ID in localStorage. `cookie`: by an ID in a first-party cookie.
   */
  readonly visitor?: VisitorMode | undefined;
  /** False: nothing is sent but what `track`, `identify` and `pageView` are called for. */
  readonly auto?: boolean | undefined;
}

const started: Record<string, Tracker> = {};
const nothing = (): void => undefined;

/**
 * Starts to track the document, as the script tag does. Of a site that is tracked already it returns the same tracker;
 * where there is no document (a server that renders pages) one that does nothing.
 */
export function init({ site, key, host, visitor, auto = true }: Options): Tracker {
  if (typeof document === 'undefined') return { track: nothing, identify: nothing, pageView: nothing };
  return (started[site] ??= start(site, host.replace(/\/?$/, '/'), visitor, auto, key));
}
