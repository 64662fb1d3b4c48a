/**
 * What a site's owner decides about its events, past and future: which are left out, and which paths are one page.
 * Plain JSON; docs/rules.md says what each kind does and in which order.
 */
export type SiteRule =
  | ExcludeVisitor
  | ExcludeUser
  | ExcludePath
  | ExcludeBots
  | ExcludeCountry
  | RemoveTrailingSlash
  | LowerCase
  | KeepQuery
  | PathTemplate
  | MergePath;

export type SiteRuleKind = SiteRule['kind'];

interface Identified {
  /** UUID, lower case; unique within its site. */
  readonly id: string;
}

/** Events of this visitor ID are left out. A UUID in either case is one visitor. */
export interface ExcludeVisitor extends Identified {
  readonly kind: 'exclude_visitor';
  readonly visitorId: string;
}

/** Events of this user ID are left out. */
export interface ExcludeUser extends Identified {
  readonly kind: 'exclude_user';
  readonly userId: string;
}

/** Events whose path matches are left out, as it was sent or as it is shown. */
export interface ExcludePath extends Identified {
  readonly kind: 'exclude_path';
  readonly pattern: string;
}

/** Events whose user agent is a known bot's are left out. */
export interface ExcludeBots extends Identified {
  readonly kind: 'exclude_bots';
  /** Of these classes; all of them where it is missing. */
  readonly classes?: readonly BotClass[];
}

/** Events that came from there are left out. Of those that came before countries were kept, nobody knows. */
export interface ExcludeCountry extends Identified {
  readonly kind: 'exclude_country';
  /** ISO 3166-1 alpha-2, in upper case. */
  readonly countries: readonly string[];
}

/** `/a/` becomes `/a`; `/` stays. */
export interface RemoveTrailingSlash extends Identified {
  readonly kind: 'remove_trailing_slash';
}

/** `/About` becomes `/about`. The query stays as it is. */
export interface LowerCase extends Identified {
  readonly kind: 'lower_case';
}

/** These query parameters become part of the path: `/search` becomes `/search?q=shoes`. */
export interface KeepQuery extends Identified {
  readonly kind: 'keep_query';
  /** Names, decoded. */
  readonly parameters: readonly string[];
}

/** Every path that matches is shown as `template`. */
export interface PathTemplate extends Identified {
  readonly kind: 'path_template';
  readonly pattern: string;
  /** A path as text, such as `/users/:id`. */
  readonly template: string;
}

/** The path `from` is shown as `to`. */
export interface MergePath extends Identified {
  readonly kind: 'merge_path';
  readonly from: string;
  readonly to: string;
}

export const botClasses = [
  'academic',
  'advertising',
  'ai-crawler',
  'archiver',
  'browser-automation',
  'feed-reader',
  'http-library',
  'monitoring',
  'scanner',
  'search-engine',
  'seo',
  'social-preview',
] as const;
export type BotClass = (typeof botClasses)[number];

/** Of one site. */
export const maxRules = 500;
/** Of one site: rules with a pattern. Each costs time with every path that is met for the first time. */
export const maxPatterns = 100;
/** Of one site, all its `keep_query` rules together. */
export const maxParameters = 50;
/** Of one rule. */
export const maxCountries = 250;
/** In characters. */
export const maxPatternLength = 500;
/** In characters, of one query parameter's name. */
export const maxParameterLength = 100;
