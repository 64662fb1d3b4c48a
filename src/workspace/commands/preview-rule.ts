import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';

import type { Actor } from '#access/actor.js';
import { newEventId } from '#events/event-id.js';

import { decideAddRule, decideRemoveRule } from './decide-rule.js';
import type { Refusal } from './decide-site.js';
import { PreviewOrders } from './preview-orders.js';
import type { Limited, Unavailable } from './setting-outcome.js';
import { SiteSettings } from './site-settings.js';

/** A change of one rule: `add` is its JSON form, `remove` its ID. */
export type RuleChange = { readonly add: object } | { readonly remove: string };

export type PreviewOutcome = { readonly jobId: number } | Limited | Refusal | Unavailable;

const RETRY_SECONDS = 5;

/** Orders to count what a change of a rule would come to. Nothing that is served changes. */
export class PreviewRule extends Command<PreviewOutcome> {
  constructor(
    readonly actor: Actor,
    readonly siteId: string,
    readonly change: RuleChange,
  ) {
    super();
  }
}

@CommandHandler(PreviewRule)
export class PreviewRuleHandler implements ICommandHandler<PreviewRule> {
  constructor(
    private readonly settings: SiteSettings,
    private readonly orders: PreviewOrders,
  ) {}

  async execute({ actor, siteId, change }: PreviewRule): Promise<PreviewOutcome> {
    const newId = newEventId();
    const site = await this.settings.consider({ siteId, actor }, (found, asked) =>
      'add' in change
        ? decideAddRule(found, change.add, newId, asked)
        : decideRemoveRule(found, change.remove, asked),
    );
    if ('refused' in site || 'unavailable' in site) return site;
    const { timeZone, rules } = site;
    const jobId = await this.orders.order({ site: siteId, timeZone, rules });
    return jobId === undefined
      ? { limited: 'other previews have not ended', retryAfter: RETRY_SECONDS }
      : { jobId };
  }
}
