import type { Command } from 'commander';

import type { CommandContext } from './command-context.js';
import { DatabaseSession } from './database-session.js';
import { findInstance } from './instance.js';
import { Problem } from './problem.js';

/** For commands that make sites. */
export const addWhose = (command: Command): Command =>
  command.option(
    '--organization <organization>',
    'name or ID of whose a new site is to be; the only one there is where it is left out',
  );

/**
 * Whose a site or a key is that an operator makes.
 * @param given name or ID
 * @returns the organization's ID; undefined where nobody has registered: the first owner's will take the site up
 */
export async function organizationOfNew(
  { config }: Pick<CommandContext, 'config'>,
  given: string | undefined,
): Promise<string | undefined> {
  if (!findInstance(config)?.databaseUrl) {
    if (given === undefined) return undefined;
    throw new Problem('Organizations are in the database, and no DATABASE_URL is known.');
  }
  const database = new DatabaseSession(config);
  try {
    const { rows } = await (
      await database.pool()
    ).query<{ id: string; name: string }>('SELECT id, name FROM auth.organization ORDER BY "createdAt", id');
    const fitting =
      given === undefined ? rows : rows.filter(({ id, name }) => id === given || name === given);
    const [one, other] = fitting;
    if (one && !other) return one.id;
    const names = (other ? fitting : rows).map(({ id, name }) => `  ${name}  (${id})`).join('\n');
    if (given !== undefined)
      throw new Problem(
        `${other ? 'More than one organization is' : 'No organization is'} called "${given}". There are:\n${names || '  none'}`,
      );
    if (other) throw new Problem(`Say whose it is to be, with --organization. There are:\n${names}`);
    return undefined;
  } finally {
    await database.close();
  }
}
