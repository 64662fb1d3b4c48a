import type { Command } from 'commander';
import type { Pool } from 'pg';

import { PROPERTY_KINDS } from '#events/types/definition.js';
import { rowsOf } from '#database/row-reader.js';
import { settingChanges } from '#database/setting-changes.js';
import {
  decideCreate,
  decideDefineEventType,
  decideRename,
  decideTimeZone,
  decideVisitorPolicy,
} from '#workspace/commands/decide-site.js';

import { wholeNumber } from './arguments.js';
import { changeSettings } from './change-settings.js';
import type { CommandContext } from './command-context.js';
import { withPool } from './database-session.js';
import { addSiteLife } from './site-life.js';
import { table } from './text.js';
import { addWhose, organizationOfNew } from './whose.js';

export function addSite(program: Command, context: () => CommandContext): void {
  const site = program
    .command('site')
    .description('Sites and their settings: list, create, archive, give away, delete, what changed');
  site
    .command('list')
    .description('Every site: its ID, its name, and where it lives in the log')
    .action(() => withPool(context(), list));
  const create = site
    .command('create')
    .description('A site, before its first event')
    .argument('<site>', 'its ID: letters, digits, hyphens and underscores')
    .option('--name <name>', 'as people know it');
  addWhose(create).action(
    async (id: string, { name, organization }: { name?: string; organization?: string }) => {
      const organizationId = await organizationOfNew(context(), organization);
      await changeSettings(context(), id, {
        decide: (found, asked, partition) =>
          decideCreate(found, { siteId: id, name, organizationId }, partition, asked),
      });
    },
  );
  addSiteLife(site, context);
  site
    .command('rename')
    .description('The name that people know a site by; its ID stays')
    .argument('<site>')
    .argument('<name>')
    .action((id: string, name: string) =>
      changeSettings(context(), id, { decide: (found, asked) => decideRename(found, name, asked) }),
    );
  site
    .command('time-zone')
    .description(
      'The zone in which its days and hours begin, for its past too; returns when the figures are served so',
    )
    .argument('<site>')
    .argument('<zone>', 'an IANA name, such as "Europe/Vienna"')
    .action((id: string, zone: string) =>
      changeSettings(context(), id, { decide: (found, asked) => decideTimeZone(found, zone, asked) }),
    );
  site
    .command('visitors')
    .description('How its visitors are known again, of events that come in from now on')
    .argument('<site>')
    .option(
      '--identity <identity>',
      'persistent: by the ID that comes with an event, or the cookie; cookieless: for a day',
    )
    .option('--signals <signals>', 'Sec-GPC and DNT of browsers: honoured or ignored')
    .action((id: string, given: { identity?: string; signals?: string }) =>
      changeSettings(context(), id, { decide: (found, asked) => decideVisitorPolicy(found, given, asked) }),
    );
  site
    .command('event-type')
    .description(
      'What an event type means, for whoever reads its figures, and what its events carry; "" and --no-properties take that back',
    )
    .argument('<site>')
    .argument('<event type>')
    .argument('<description>')
    .option(
      '-p, --property <name:kind>',
      `what an event carries, "plan:text" or "plan:text:required"; may be repeated. Kinds: ${PROPERTY_KINDS.join(', ')}`,
      (text: string, all: object[] | undefined) => [...(Array.isArray(all) ? all : []), propertyOf(text)],
    )
    .option('--no-properties', 'nothing in particular')
    .option('--strict', 'refuse events that carry something else; else they are stored with a warning')
    .option('--no-strict')
    .action((id: string, eventType: string, description: string, options: EventTypeOptions) => {
      const { property, properties, strict } = options;
      const given = { eventType, description, properties: properties === false ? [] : property, strict };
      return changeSettings(context(), id, {
        decide: (found, asked) => decideDefineEventType(found, given, asked),
      });
    });
  site
    .command('history')
    .description('The audit trail: who changed what, when, from what to what; newest first')
    .argument('[site]', 'all of them without one')
    .option('--last <n>', 'how many', wholeNumber(1, 10_000), 50)
    .action((id: string | undefined, { last }: { last: number }) =>
      withPool(context(), (pool, print) => history(pool, print, id, last)),
    );
}

type Print = CommandContext['print'];

interface EventTypeOptions {
  readonly property?: readonly object[];
  readonly properties?: boolean;
  readonly strict?: boolean;
}

/** `plan:text:required`; what is wrong with it is said with the rest of the command. */
function propertyOf(text: string): object {
  const [name, kind, ...rest] = text.split(':');
  return {
    name,
    kind,
    required: rest.length === 0 ? undefined : rest.join(':') === 'required' || rest.join(':'),
  };
}

async function list(pool: Pool, print: Print): Promise<void> {
  const { rows } = await pool.query<{ id: string; title: string; partition: number }>(
    `SELECT name AS id, coalesce(title, '') AS title, partition FROM site ORDER BY name COLLATE "C"`,
  );
  if (rows.length === 0)
    return print('There are no sites yet: "site create" makes one (in open mode the first event does).');
  print(
    table(
      ['site', 'name', 'partition'],
      rows.map((row) => [row.id, row.title, row.partition]),
    ),
  );
}

async function history(pool: Pool, print: Print, site: string | undefined, most: number): Promise<void> {
  const changes = await settingChanges(rowsOf(pool), { site, most });
  if (changes.length === 0)
    return print(site === undefined ? 'Nothing was changed yet.' : `Nothing was changed of "${site}".`);
  const shown = (value: string | null) => (value === null ? '–' : value.replaceAll('\n', ' '));
  print(
    table(
      ['when', 'who', 'site', 'setting', 'before', 'after'],
      changes.flatMap(({ at, actor, siteId, settings }) =>
        settings.map(({ setting, before, after }) => [
          at.toISOString().slice(0, 19).replace('T', ' '),
          actor,
          siteId ?? '',
          setting,
          shown(before),
          shown(after),
        ]),
      ),
    ),
  );
}
