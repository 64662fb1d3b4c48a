import type { Command } from 'commander';

import { LOCAL } from '#access/actor.js';
import { SCOPES } from '#access/permissions.js';
import { ChangeLimit } from '#workspace/commands/change-limit.js';
import { type KeyOutcome, KeySettings } from '#workspace/commands/key-settings.js';
import { stateOf } from '#workspace/state/keys.js';

import { commaList, momentFrom, numberFrom } from './arguments.js';
import { withWorkspace } from './change-settings.js';
import type { CommandContext } from './command-context.js';
import { Problem } from './problem.js';
import { table } from './text.js';
import { organizationOfNew } from './whose.js';

interface Options {
  readonly name: string;
  readonly secret?: boolean;
  readonly organization?: string;
  readonly scopes?: readonly string[];
  readonly origins?: readonly string[];
  readonly expires?: number;
}

export function addKey(program: Command, context: () => CommandContext): void {
  const key = program.command('key').description('Keys, by which programs send events and ask');
  key
    .command('create')
    .description('A new key; it is shown this once')
    .argument('[site]', 'that it is bound to; a secret one without it reaches every site of --organization')
    .requiredOption('--name <name>', 'as people know it')
    .option('--secret', 'of a server (sk_…), never in a browser; else a public one for pages (pk_…)')
    .option('--scopes <scopes>', `of a secret key, with commas between: ${SCOPES.join(', ')}`, commaList)
    .option(
      '--origins <origins>',
      'of the pages that may send with a public key, with commas between',
      commaList,
    )
    .option('--expires <time>', 'ISO 8601, such as 2027-01-31T00:00:00Z', momentFrom)
    .option(
      '--organization <organization>',
      'name or ID of the one all of whose sites it reaches; where it is left out, the only one there is',
    )
    .action((site: string | undefined, options: Options) => create(context(), site, options));
  key
    .command('list')
    .description('Every key: what it may, whose it is, and whether it works')
    .argument('[site]', 'those that reach it')
    .action((site: string | undefined) => list(context(), site));
  key
    .command('rotate')
    .description('A new key with the same bounds; the old one works beside it for a while')
    .argument('<id>')
    .option('--overlap <hours>', 'how long, 0 to 720', numberFrom(0, 720), 24)
    .action((id: string, { overlap }: { overlap: number }) =>
      withKeys(context(), async (keys) => tellMade(context(), await keys.rotate(LOCAL, id, overlap))),
    );
  key
    .command('revoke')
    .description('It is worth nothing from now on, in every process')
    .argument('<id>')
    .action((id: string) =>
      withKeys(context(), async (keys) => {
        keyIn(await keys.revoke(LOCAL, id));
        context().print(`Done: "${id}" is revoked.`);
      }),
    );
}

function create(context: CommandContext, site: string | undefined, options: Options): Promise<void> {
  return withKeys(context, async (keys) => {
    const { name, secret, scopes, origins, expires } = options;
    const kind = secret ? 'secret' : 'public';
    const given = { name, kind, scopes, origins, expiresAt: expires } as const;
    const organizationId =
      site === undefined ? await organizationOfNew(context, options.organization) : undefined;
    tellMade(context, await keys.create(LOCAL, site, given, organizationId));
  });
}

function list(context: CommandContext, site: string | undefined): Promise<void> {
  return withKeys(context, async (keys) => {
    const found = keys.list(LOCAL, site);
    if (!found) throw new Problem(`There is no site "${site}".`);
    if (found.length === 0) return context.print('There are no keys yet: "key create" makes one.');
    const day = (at: number | undefined) =>
      at === undefined ? '–' : new Date(at).toISOString().slice(0, 16);
    context.print(
      table(
        ['id', 'key', 'name', 'site', 'organization', 'scopes', 'expires', 'state'],
        found.map((key) => [
          key.id,
          `${key.prefix}…${key.lastFour}`,
          key.name,
          key.siteId ?? '(all)',
          key.organizationId ?? '–',
          key.scopes.join(' '),
          day(key.expiresAt),
          stateOf(key, Date.now()),
        ]),
      ),
    );
  });
}

function tellMade({ print }: CommandContext, outcome: KeyOutcome): void {
  const { key, secret = '' } = keyIn(outcome);
  // Alone on its line, for whoever reads it with a program.
  print(`${secret}\nDone: this is key "${key.id}". Keep it now: it is shown this once.`);
}

function keyIn(outcome: KeyOutcome): Extract<KeyOutcome, { readonly key: unknown }> {
  if ('key' in outcome) return outcome;
  if ('refused' in outcome) throw new Problem(outcome.message);
  if ('conflict' in outcome)
    throw new Problem('The key was changed by somebody else at the same moment. Run this again.');
  throw new Problem(
    'The log cannot be written now. Look whether the key is there ("key list"), then run this again.',
  );
}

function withKeys(context: CommandContext, work: (keys: KeySettings) => Promise<void>): Promise<void> {
  return withWorkspace(context, ({ log, workspace }) =>
    work(new KeySettings(log, workspace, new ChangeLimit())),
  );
}
