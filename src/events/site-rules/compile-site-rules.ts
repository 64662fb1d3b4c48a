import { canonicalUuid } from '../event-id.js';
import { pathBytes } from '../rules.js';
import type { StoredEvent } from '../stored-event.js';
import { fitsBytes } from '../text.js';
import { compileKeptQuery, queryOf } from './kept-query.js';
import { matches, parsePattern, segmentsOf } from './path-pattern.js';
import { compilePathNames } from './path-names.js';
import { spellingOf } from './path-spelling.js';
import { botClasses, type SiteRule } from './site-rule.js';
import { botClassesOf } from '../audience/bot.js';
import { maskOf } from './bot-list.js';

/** What the site's figures are made of: the event, a copy with another path, or undefined where it is left out. */
export type AppliedRules = (event: StoredEvent) => StoredEvent | undefined;

// A site has few paths that are met again and again; long ones would take memory and are seldom met twice.
const remembered = 4096;
const longestRemembered = 256;

/**
 * The rules of one site as a function: deterministic, whatever the order of the list; never changes its argument, and
 * returns that very object where nothing changes. Applied twice it gives the same as once. In this order:
 * exclusions by visitor, user, bot and country, and by the path as sent; trailing slash; letter case; merges and templates until
 * nothing changes; query parameters; exclusions by the path as it is shown.
 *
 * A path that would come to more than 2,000 bytes stays as it was sent. Throws for rules that `validateSiteRules` refuses.
 */
export function compileSiteRules(rules: readonly SiteRule[]): AppliedRules {
  if (rules.length === 0) return (event) => event;
  const isExcludedPerson = compileExcludedPeople(rules);
  const isExcludedBot = compileExcludedBots(rules);
  const countries = new Set(rules.flatMap((rule) => (rule.kind === 'exclude_country' ? rule.countries : [])));
  const shownAs = remember(compileShownPath(rules));
  const parameters = rules.flatMap((rule) => (rule.kind === 'keep_query' ? rule.parameters : []));
  const keptOf = parameters.length === 0 ? undefined : compileKeptQuery(parameters);
  return (event) => {
    if (isExcludedPerson(event) || isExcludedBot?.(event) === true) return undefined;
    if (event.geo && countries.has(event.geo.country)) return undefined;
    const sent = event.path;
    if (sent === undefined) return event;
    const mark = sent.indexOf('?');
    const shown = shownAs(mark === -1 ? sent : sent.slice(0, mark));
    if (shown === undefined) return undefined;
    let path = shown;
    if (keptOf !== undefined) path = keptOf(shown, queryOf(event));
    else if (mark !== -1) path += sent.slice(mark);
    return path === sent || !fitsBytes(path, pathBytes) ? event : { ...event, path };
  };
}

function compileExcludedPeople(rules: readonly SiteRule[]): (event: StoredEvent) => boolean {
  const visitors = new Set(
    rules.filter((rule) => rule.kind === 'exclude_visitor').map(({ visitorId }) => visitorKey(visitorId)),
  );
  const users = new Set(rules.filter((rule) => rule.kind === 'exclude_user').map(({ userId }) => userId));
  return ({ visitorId, userId }) =>
    (userId !== undefined && users.has(userId)) ||
    visitors.has(visitorId) ||
    // Nearly every ID is a UUID in lower case: the key is made only where it may be found.
    (visitors.has(visitorId.toLowerCase()) && visitors.has(visitorKey(visitorId)));
}

/** Undefined where no rule asks. */
function compileExcludedBots(rules: readonly SiteRule[]): ((event: StoredEvent) => boolean) | undefined {
  const about = rules.filter((rule) => rule.kind === 'exclude_bots');
  if (about.length === 0) return undefined;
  const excluded = maskOf(about.flatMap(({ classes }) => classes ?? botClasses));
  return (event) => (botClassesOf(event) & excluded) !== 0;
}

/** The same for IDs that are counted as one visitor. */
export function visitorKey(visitorId: string): string {
  return canonicalUuid(visitorId) ?? visitorId;
}

/** From a path without its query to the one that is shown, or undefined where it is left out. */
function compileShownPath(rules: readonly SiteRule[]): (path: string) => string | undefined {
  const nameOf = compilePathNames(rules);
  const spelling = spellingOf(rules);
  const excluded = rules.filter((rule) => rule.kind === 'exclude_path').map(({ pattern }) => pattern);
  const asWritten = new Set(excluded);
  // A shown path is in the site's spelling, so there the patterns are as well. As written they are asked too: what is
  // shown is what a second application meets as sent.
  const asSpelled = new Set([...asWritten, ...excluded.map(spelling)]);
  const sentOut = compileAnyOf(asWritten);
  const shownOut = compileAnyOf(asSpelled);
  return (path) => {
    if (sentOut(path)) return undefined;
    const shown = nameOf(path);
    if (shown === path && asSpelled.size === asWritten.size) return shown;
    return shownOut(shown) ? undefined : shown;
  };
}

function compileAnyOf(texts: ReadonlySet<string>): (path: string) => boolean {
  if (texts.size === 0) return () => false;
  const patterns = [...texts].map(parsePattern);
  return (path) => {
    const segments = segmentsOf(path);
    return segments !== undefined && patterns.some((pattern) => matches(pattern, segments));
  };
}

function remember(judge: (path: string) => string | undefined): (path: string) => string | undefined {
  const known = new Map<string, string | undefined>();
  return (path) => {
    if (path.length > longestRemembered) return judge(path);
    const answer = known.get(path);
    if (answer !== undefined || known.has(path)) return answer;
    if (known.size >= remembered) known.clear();
    const judged = judge(path);
    known.set(path, judged);
    return judged;
  };
}
