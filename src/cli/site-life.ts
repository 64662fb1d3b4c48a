import type { Command } from 'commander';

import {
  decideArchive,
  decideCancelDeletion,
  decideDelete,
  decideOrigins,
  decideRestore,
  decideTransfer,
  GRACE_DAYS,
} from '#workspace/commands/decide-site-life.js';

import { commaList, wholeNumber } from './arguments.js';
import { type Change, changeSettings } from './change-settings.js';
import type { CommandContext } from './command-context.js';
import { organizationOfNew } from './whose.js';

/** What becomes of a site as a whole; under `site`. */
export function addSiteLife(site: Command, context: () => CommandContext): void {
  const change = (id: string, decide: Change['decide']) => changeSettings(context(), id, { decide });
  site
    .command('archive')
    .description('It takes no more events; its figures can be read')
    .argument('<site>')
    .action((id: string) => change(id, decideArchive));
  site
    .command('restore')
    .description('Brings it back that was archived')
    .argument('<site>')
    .action((id: string) => change(id, decideRestore));
  site
    .command('delete')
    .description('After some days it is in no answer any more, and its ID stays taken')
    .argument('<site>')
    .option('--days <n>', 'until then; 0: at once, and for ever', wholeNumber(0, 90), GRACE_DAYS)
    .action((id: string, { days }: { days: number }) =>
      change(id, (found, asked) => decideDelete(found, days, asked)),
    );
  site
    .command('keep')
    .description('It is not deleted after all')
    .argument('<site>')
    .action((id: string) => change(id, decideCancelDeletion));
  site
    .command('transfer')
    .description('Gives it, with all its past, to another organization')
    .argument('<site>')
    .argument('<organization>', 'its name or ID')
    .action(async (id: string, name: string) => {
      const organization = (await organizationOfNew(context(), name)) ?? '';
      return change(id, (found, asked) => decideTransfer(found, organization, true, asked));
    });
  site
    .command('origins')
    .description('From which pages its public keys may send; "" takes that back')
    .argument('<site>')
    .argument('<origins>', 'with commas between, such as https://shop.example,https://*.shop.example')
    .action((id: string, origins: string) => {
      const list = origins.trim() === '' ? [] : commaList(origins);
      return change(id, (found, asked) => decideOrigins(found, list, asked));
    });
}
