import { validateSiteRules } from '#events/site-rules/validate-site-rules.js';
import type { SiteRule } from '#events/site-rules/site-rule.js';
import { PartitionStopped } from './errors.js';

/** Lists that are kept in memory. Each may carry, compiled, some thousand paths. */
const KEPT = 32;

const lists = new Map<string, readonly SiteRule[]>();
const none: readonly SiteRule[] = [];

/** Of a row of `site`: its rules as text, null where it has none. */
export const RULES_COLUMN = `CASE WHEN rules <> '[]' THEN rules::text END AS rules`;

/** The same list for the same text as long as that is met again and again, so that rules are compiled once. */
export function storedRules(site: string, text: string | null): readonly SiteRule[] {
  if (text === null) return none;
  const known = lists.get(text);
  if (known) {
    // Behind those that are met less often.
    lists.delete(text);
    lists.set(text, known);
    return known;
  }
  const answer = validateSiteRules(JSON.parse(text));
  if (!answer.valid) {
    throw new PartitionStopped(
      `The figures of site ${site} are made by rules that this code does not have (${answer.faults[0]?.message ?? ''}). ` +
        'Start the code that has them.',
      'batch',
    );
  }
  const [oldest] = lists.keys();
  if (lists.size >= KEPT && oldest !== undefined) lists.delete(oldest);
  lists.set(text, answer.rules);
  return answer.rules;
}
