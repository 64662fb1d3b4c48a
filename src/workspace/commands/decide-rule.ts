import type { RuleAdded, RuleRemoved } from '#events/workspace-event.js';
import { withoutRule, withRule, type RulesAfter } from '#workspace/state/rule-change.js';
import type { Site } from '#workspace/state/workspace.js';

import { unknownSite, type Asked, type Decision, type Refusal } from './decide-site.js';

/**
 * @param rule in its JSON form
 * @param newId for a rule that comes without one
 */
export function decideAddRule(
  site: Site | undefined,
  rule: object,
  newId: string,
  asked: Asked,
): Decision<RuleAdded> {
  if (!site) return unknownSite();
  const after = withRule(site.rules, rule, newId);
  if (after === 'unchanged') return after;
  return 'faults' in after ? refusedFor(after) : added(site, after.rule, asked);
}

export function decideRemoveRule(
  site: Site | undefined,
  ruleId: string,
  asked: Asked,
): Decision<RuleRemoved> {
  if (!site) return unknownSite();
  const id = ruleId.trim().toLowerCase();
  if (site.removedRules.has(id)) return 'unchanged';
  const after = withoutRule(site.rules, id);
  if (after === 'unchanged') return after;
  return 'faults' in after ? refusedFor(after) : removed(site, after.rule.id, asked);
}

/**
 * The opposite of the last change of the site's rules, or of the last one of that rule. What was undone is a change too:
 * undone again, it is there again.
 */
export function decideUndoRule(
  site: Site | undefined,
  ruleId: string | undefined,
  asked: Asked,
): Decision<RuleAdded | RuleRemoved> {
  if (!site) return unknownSite();
  const id = ruleId?.trim().toLowerCase() ?? site.lastChangedRule;
  if (id === undefined)
    return invalid('siteId: no rule of this site was changed, so there is nothing to undo');
  const gone = site.removedRules.get(id);
  const after = gone ? withRule(site.rules, gone, gone.id) : withoutRule(site.rules, id);
  if (after === 'unchanged') return after;
  if ('faults' in after) return refusedFor(after);
  return gone ? added(site, gone, asked) : removed(site, id, asked);
}

const added = ({ id: siteId }: Site, rule: RuleAdded['rule'], asked: Asked): Decision<RuleAdded> => ({
  event: { type: 'RuleAdded', siteId, rule, ...asked },
});

const removed = ({ id: siteId }: Site, ruleId: string, asked: Asked): Decision<RuleRemoved> => ({
  event: { type: 'RuleRemoved', siteId, ruleId, ...asked },
});

function refusedFor({ faults }: Exclude<RulesAfter, 'unchanged'> & { faults: Refusal['faults'] }): Refusal {
  const message = (faults ?? []).map((fault) => fault.message).join('; ');
  return { ...invalid(message), faults };
}

const invalid = (message: string): Refusal => ({ refused: 'invalid', message });
