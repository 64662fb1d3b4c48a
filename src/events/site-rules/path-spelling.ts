import type { SiteRule } from './site-rule.js';

/** How a site spells its paths: the same text for paths that differ in trailing slashes or letter case alone. */
export type Spelling = (path: string) => string;

/** Without a rule about it, paths stay as they are. Twice is the same as once. */
export function spellingOf(rules: readonly SiteRule[]): Spelling {
  const slash = rules.some((rule) => rule.kind === 'remove_trailing_slash');
  const lower = rules.some((rule) => rule.kind === 'lower_case');
  if (slash && lower) return (path) => withoutTrailingSlash(path).toLowerCase();
  if (slash) return withoutTrailingSlash;
  // Unicode's own lower case, whatever the machine's locale.
  return lower ? (path) => path.toLowerCase() : (path) => path;
}

/** All of them, or a second time would remove another. */
function withoutTrailingSlash(path: string): string {
  let end = path.length;
  while (end > 1 && path.charAt(end - 1) === '/') end--;
  return end === path.length ? path : path.slice(0, end);
}
