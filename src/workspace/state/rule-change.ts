import type { SiteRule } from '#events/site-rules/site-rule.js';
import { validateSiteRule, type RuleFault } from '#events/site-rules/validate-site-rule.js';
import { validateSiteRules } from '#events/site-rules/validate-site-rules.js';

/** What the rules of a site come to with a change of one of them. */
export type RulesAfter =
  | {
      /** All of them, in the order in which they were added. */
      readonly rules: readonly SiteRule[];
      /** The one that is added or removed. */
      readonly rule: SiteRule;
    }
  /** They are as wanted. */
  | 'unchanged'
  | { readonly faults: readonly RuleFault[] };

/**
 * @param input a rule in its JSON form. Without an `id` it gets `newId`, and is no change where a rule says just that
 */
export function withRule(rules: readonly SiteRule[], input: object, newId: string): RulesAfter {
  const given = new Map<string, unknown>(Object.entries(input).filter(([, value]) => value != null));
  const named = given.has('id');
  const read = validateSiteRule({ id: newId, ...Object.fromEntries(given) });
  if (!read.valid) return { faults: read.faults };
  const { rule } = read;
  if (rules.some((each) => says(each, rule) && (!named || each.id === rule.id))) return 'unchanged';
  return judged([...rules, rule], rule);
}

/** @param ruleId of a rule that is there */
export function withoutRule(rules: readonly SiteRule[], ruleId: string): RulesAfter {
  const rule = rules.find(({ id }) => id === ruleId.trim().toLowerCase());
  if (!rule)
    return { faults: [{ field: 'ruleId', message: 'ruleId must be the ID of a rule of this site' }] };
  // Also here: it may have kept two others apart.
  return judged(
    rules.filter((each) => each !== rule),
    rule,
  );
}

function judged(rules: readonly SiteRule[], changed: SiteRule): RulesAfter {
  const answer = validateSiteRules(rules);
  if (answer.valid) return { rules: answer.rules, rule: changed };
  return { faults: answer.faults.map((fault) => toldOf(fault, rules, changed)) };
}

/** Of the rule in question by its fields alone, of another one by its ID: nobody counts the rules of a list. */
function toldOf({ field, message }: RuleFault, rules: readonly SiteRule[], changed: SiteRule): RuleFault {
  const place = /^rules\[(\d+)\]\./.exec(field);
  const at = place && rules[Number(place[1])];
  if (!place || !at) return { field, message };
  const own = message.slice(place[0].length);
  return at.id === changed.id
    ? { field: field.slice(place[0].length), message: own }
    : { field, message: `rule ${at.id}: ${own}` };
}

function says(one: SiteRule, other: SiteRule): boolean {
  return JSON.stringify({ ...one, id: '' }) === JSON.stringify({ ...other, id: '' });
}
