import { LOCAL } from '#access/actor.js';
import { cancelPreview, PREVIEW, type PreviewResult } from '#database/preview.js';
import { newEventId } from '#events/event-id.js';
import { decideAddRule, decideRemoveRule } from '#workspace/commands/decide-rule.js';

import { withSettings } from './change-settings.js';
import type { CommandContext } from './command-context.js';
import { DatabaseSession } from './database-session.js';
import { Problem } from './problem.js';
import { refusedRule, ruleFrom, type RuleOptions } from './rule-options.js';
import { describePreview } from './rule-preview-text.js';
import { carryOut } from './watch-job.js';

/** How long the database may be away. */
const PATIENCE_MS = 300_000;

export interface PreviewOptions extends RuleOptions {
  readonly remove?: string;
  readonly json?: boolean;
}

/** Prints what a rule, or its removal, would change. Ctrl-C ends the preview with the command. */
export function previewRule(
  context: CommandContext,
  siteId: string,
  kind: string | undefined,
  options: PreviewOptions,
): Promise<void> {
  const { remove, json = false } = options;
  if ((kind === undefined) === (remove === undefined))
    throw new Problem(
      'Say the kind of a rule, with its options, or --remove with the ID of one, and not both.',
    );
  const newId = newEventId();
  return withSettings(context, async (settings) => {
    const site = await settings.consider({ siteId, actor: LOCAL }, (found, asked) =>
      kind === undefined
        ? decideRemoveRule(found, remove ?? '', asked)
        : decideAddRule(found, ruleFrom(kind, options), newId, asked),
    );
    if ('refused' in site) throw new Problem(refusedRule(site));
    if ('unavailable' in site) throw new Problem('The log does not answer now; run this again.');
    const { timeZone, rules } = site;
    const result = await carriedOut(context, { site: siteId, timeZone, rules });
    context.print(json ? JSON.stringify(result) : describePreview(result));
  });
}

async function carriedOut(
  context: CommandContext,
  candidate: Readonly<Record<string, unknown>>,
): Promise<PreviewResult> {
  const database = new DatabaseSession(context.config);
  let id: number | undefined;
  try {
    const order = {
      kind: PREVIEW,
      arguments: candidate,
      patience: PATIENCE_MS,
      announce: (job: number) => {
        id = job;
        return 'Counting what the figures would be; what is served stays as it is.';
      },
    };
    const job = await carryOut(order, database, context);
    return job.progress.result as PreviewResult;
  } catch (error) {
    if (!context.signal.aborted || id === undefined) throw error;
    await cancelPreview(await database.pool(), id);
    throw new Problem('The preview is cancelled; nothing was changed.', 130);
  } finally {
    await database.close();
  }
}
