import { text as textOf } from 'node:stream/consumers';

import type { Command } from 'commander';
import type { Pool } from 'pg';

import { ROLES, type Role } from '#access/permissions.js';
import {
  addPerson,
  listPeople,
  newPassword,
  PeopleRefusal,
  removePerson,
  setOperator,
  setPassword,
} from '#accounts/people.js';

import { oneOf } from './arguments.js';
import type { CommandContext } from './command-context.js';
import { withPool } from './database-session.js';
import { Problem } from './problem.js';
import { table } from './text.js';

type Context = () => CommandContext;
type Print = CommandContext['print'];

const STDIN = [
  '--password-stdin',
  'read the password from standard input; without it one is made and printed once',
] as const;

interface AddOptions {
  readonly name?: string;
  readonly organization?: string;
  readonly role: Role;
  readonly operator?: boolean;
  readonly passwordStdin?: boolean;
}

export function addUser(program: Command, context: Context): void {
  const user = program.command('user').description('People: list, add, new password, operator, remove');
  user
    .command('list')
    .description('Everybody, with the organizations that they belong to')
    .action(() => withPool(context(), list));
  user
    .command('add')
    .description(
      'Somebody who can sign in at once, with an organization of their own or in one that there is',
    )
    .argument('<email>')
    .option('--name <name>', 'as others see them; without it the first part of the address')
    .option('--organization <organization>', 'name or ID of one that there is')
    .option('--role <role>', `there: ${ROLES.join(', ')}`, oneOf(ROLES), 'viewer')
    .option('--operator', 'looks after the installation')
    .option(...STDIN)
    .action((email: string, options: AddOptions) =>
      change(context, (pool, print) => add(pool, print, email, options)),
    );
  user
    .command('password')
    .description('Gives somebody a new password and signs them out everywhere')
    .argument('<email>')
    .option('--without-second-factor', 'also for who has lost it')
    .option(...STDIN)
    .action((email: string, options: { withoutSecondFactor?: boolean; passwordStdin?: boolean }) =>
      change(context, async (pool, print) => {
        const { password, tell } = await passwordFrom(options.passwordStdin);
        await setPassword(pool, email, password, options.withoutSecondFactor === true);
        print(`${email} has a new password and is signed out everywhere.`);
        tell(print);
      }),
    );
  user
    .command('operator')
    .description('Lets somebody look after the installation')
    .argument('<email>')
    .option('--revoke', 'no longer')
    .action((email: string, { revoke = false }: { revoke?: boolean }) =>
      change(context, async (pool, print) => {
        await setOperator(pool, email, !revoke);
        print(
          `${email} ${revoke ? 'looks' : 'now looks'} after the installation${revoke ? ' no longer' : ''}.`,
        );
      }),
    );
  user
    .command('remove')
    .description('Somebody who may not come in any more; what they did stays in the trail')
    .argument('<email>')
    .action((email: string) =>
      change(context, async (pool, print) => {
        await removePerson(pool, email);
        print(`${email} is removed.`);
      }),
    );
}

async function list(pool: Pool, print: Print): Promise<void> {
  const people = await listPeople(pool);
  if (people.length === 0)
    return print(
      'There is nobody yet: the first owner registers in the browser, or by "user add --operator".',
    );
  print(
    table(
      ['e-mail', 'name', 'operator', 'second factor', 'organizations'],
      people.map((one) => [
        one.email,
        one.name,
        one.operator ? 'yes' : '',
        one.twoFactor ? 'yes' : '',
        one.organizations,
      ]),
    ),
  );
}

async function add(pool: Pool, print: Print, email: string, options: AddOptions): Promise<void> {
  const { password, tell } = await passwordFrom(options.passwordStdin);
  const { name = email.split('@', 1)[0] ?? email, organization, role, operator = false } = options;
  await addPerson(pool, { email, name, password, operator, organization, role });
  print(`${email} can sign in.`);
  tell(print);
}

/** Never an argument: those stand in the history of shells and in lists of processes. */
async function passwordFrom(
  stdin: boolean | undefined,
): Promise<{ readonly password: string; readonly tell: (print: Print) => void }> {
  if (stdin) return { password: (await textOf(process.stdin)).replace(/\r?\n$/, ''), tell: () => undefined };
  const password = newPassword();
  return { password, tell: (print) => print(`Password, shown this once: ${password}`) };
}

async function change(context: Context, work: (pool: Pool, print: Print) => Promise<void>): Promise<void> {
  try {
    await withPool(context(), work);
  } catch (error) {
    throw error instanceof PeopleRefusal ? new Problem(error.message) : error;
  }
}
