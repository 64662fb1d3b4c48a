import { compileSiteRules, type AppliedRules } from '#events/site-rules/compile-site-rules.js';
import type { SiteRule } from '#events/site-rules/site-rule.js';
import type { StoredEvent } from '#events/stored-event.js';
import type { SiteSettings } from './types.js';

/** By the very list: whoever reads settings again and again gives the same list for the same rules. */
const compiled = new WeakMap<readonly SiteRule[], AppliedRules>();

/**
 * The event as the figures of its site count it: itself, a copy with the path that is shown, or undefined where a rule
 * leaves it out.
 */
export function countedEvent(event: StoredEvent, { rules }: SiteSettings): StoredEvent | undefined {
  if (rules.length === 0) return event;
  let applied = compiled.get(rules);
  if (!applied) compiled.set(rules, (applied = compileSiteRules(rules)));
  return applied(event);
}
