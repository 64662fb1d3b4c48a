import type { Command } from 'commander';
import type { Pool } from 'pg';

import { newEventId } from '#events/event-id.js';
import type { SiteEvent } from '#events/workspace-event.js';
import { pendingReprojection } from '#database/pending-reprojection.js';
import { rowsOf } from '#database/row-reader.js';
import { decideAddRule, decideRemoveRule, decideUndoRule } from '#workspace/commands/decide-rule.js';
import type { Asked, Decision } from '#workspace/commands/decide-site.js';
import { describeRule, type SiteRule } from '#workspace/state/site-rule.js';
import type { Site } from '#workspace/state/workspace.js';

import { changeSettings } from './change-settings.js';
import type { CommandContext } from './command-context.js';
import { withPool } from './database-session.js';
import { Problem } from './problem.js';
import { previewRule, type PreviewOptions } from './rule-preview.js';
import { kindArgument, refusedRule, ruleFrom, ruleOptions, type RuleOptions } from './rule-options.js';
import { table } from './text.js';

const RULE_ID = 'its ID, as "rule list" and "site history" show it';

export function addRule(program: Command, context: () => CommandContext): void {
  const rule = program
    .command('rule')
    .description(
      'What is left out of the figures of a site, and which of its paths are one page, for its past too',
    );
  rule
    .command('list')
    .description('The rules of a site, and whether its figures are made with them yet')
    .argument('<site>')
    .option('--json', 'for scripts')
    .action((site: string, { json = false }: { json?: boolean }) =>
      withPool(context(), (pool, print) => list(pool, print, site, json)),
    );
  ruleOptions(
    rule
      .command('preview')
      .description(
        'Says what a rule would change in the figures: in all, per day, and by path; changes nothing',
      )
      .argument('<site>')
      .addArgument(kindArgument().argOptional()),
  )
    .option('--remove <rule>', 'in place of a kind: what it would change to remove this rule')
    .option('--json', 'for scripts')
    .action((site: string, kind: string | undefined, options: PreviewOptions) =>
      previewRule(context(), site, kind, options),
    );
  ruleOptions(
    rule
      .command('apply')
      .description('Adds a rule; returns when the figures are served with it')
      .argument('<site>')
      .addArgument(kindArgument()),
  ).action((site: string, kind: string, options: RuleOptions) => {
    const newId = newEventId();
    return change(context(), site, (found, asked) =>
      decideAddRule(found, ruleFrom(kind, options), newId, asked),
    );
  });
  rule
    .command('remove')
    .description('Removes a rule; the figures are then as if it had never been there')
    .argument('<site>')
    .argument('<rule>', RULE_ID)
    .action((site: string, id: string) =>
      change(context(), site, (found, asked) => decideRemoveRule(found, id, asked)),
    );
  rule
    .command('undo')
    .description('Takes back the last change of the rules, or the last one of a rule')
    .argument('<site>')
    .argument('[rule]', RULE_ID)
    .action((site: string, id: string | undefined) =>
      change(context(), site, (found, asked) => decideUndoRule(found, id, asked)),
    );
}

function change(
  context: CommandContext,
  siteId: string,
  decideOn: (site: Site | undefined, asked: Asked) => Decision,
): Promise<void> {
  let told = '';
  return changeSettings(context, siteId, {
    decide: (site, asked) => {
      const decision = decideOn(site, asked);
      if (typeof decision === 'object' && 'event' in decision) told = inWords(decision.event, site);
      return decision;
    },
    tell: () => told,
    refused: refusedRule,
  });
}

function inWords(event: SiteEvent, site: Site | undefined): string {
  if (event.type === 'RuleAdded') return `Rule ${event.rule.id} is added: ${describeRule(event.rule)}.`;
  if (event.type !== 'RuleRemoved') return '';
  const rule = site?.rules.find(({ id }) => id === event.ruleId);
  return `Rule ${event.ruleId} is removed${rule ? `: ${describeRule(rule)}` : ''}.`;
}

async function list(
  pool: Pool,
  print: CommandContext['print'],
  siteId: string,
  json: boolean,
): Promise<void> {
  const { rows } = await pool.query<{ rules: readonly SiteRule[] }>(
    'SELECT rules FROM site WHERE name = $1',
    [siteId],
  );
  const [site] = rows;
  if (!site) throw new Problem(`There is no site "${siteId}"; "site list" shows which there are.`);
  const pending = await pendingReprojection<SiteRule>(rowsOf(pool), siteId);
  const wanted = pending?.arguments.rules ?? (pending ? [] : site.rules);
  const has = (rules: readonly SiteRule[], rule: SiteRule) => rules.some(({ id }) => id === rule.id);
  const all = [...site.rules, ...wanted.filter((rule) => !has(site.rules, rule))].map((rule) => ({
    ...rule,
    figures: !has(wanted, rule) ? 'until they are made anew' : has(site.rules, rule) ? 'yes' : 'not yet',
  }));
  if (json) return print(JSON.stringify(all));
  if (all.length === 0)
    return print(`"${siteId}" has no rules: every event counts, under the path it was sent with.`);
  print(
    table(
      ['rule', 'what it does', 'in the figures'],
      all.map((rule) => [rule.id, describeRule(rule), rule.figures]),
    ),
  );
}
