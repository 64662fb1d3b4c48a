import type { StoredEvent } from '../stored-event.js';
import { compileSiteRules } from './compile-site-rules.js';
import type { SiteRule } from './site-rule.js';

/** From an event to the ID of a rule that leaves it out; undefined where none does. */
export function compileLeftOutBy(rules: readonly SiteRule[]): (event: StoredEvent) => string | undefined {
  const others = rules.filter((rule) => !leavesOut(rule));
  const judges = rules
    .filter(leavesOut)
    // A pattern is compared with the path as it is shown as well, so the rules about that are needed with each.
    .map((rule) => ({ id: rule.id, applied: compileSiteRules([...others, rule]) }));
  return (event) => judges.find(({ applied }) => applied(event) === undefined)?.id;
}

function leavesOut({ kind }: SiteRule): boolean {
  return kind.startsWith('exclude_');
}
