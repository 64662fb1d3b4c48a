import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import pg from 'pg';
import { inject } from 'vitest';

import { root } from '../../harness/build.js';

const PASSWORDS = { tidemark_owner: 'own3r', tidemark_web: 'ap1' } as const;

export interface ProductionRoles {
  /** The database under one of the two logins. */
  readonly url: (login: keyof typeof PASSWORDS) => string;
  /** A statement with the names of the production set-up as they are called here. */
  readonly own: (sql: string) => string;
  readonly drop: () => Promise<void>;
}

/** The database and the roles that the script of the production set-up makes, on the server of the run. */
export async function makeProductionRoles(): Promise<ProductionRoles> {
  const server = new URL(inject('postgresUrl'));
  const admin = new pg.Client({ connectionString: server.href });
  await admin.connect();
  // Roles are the server's, which other tests share: the group is theirs too.
  const own = (sql: string) =>
    sql
      .replaceAll(/\btidemark(_owner|_web)?\b/g, `$&_${process.pid}`)
      .replace(
        'CREATE ROLE tidemark_api NOLOGIN',
        (made) => `DO $$ BEGIN ${made}; EXCEPTION WHEN duplicate_object THEN END $$`,
      );
  const remove = async () => {
    await admin.query(own('DROP DATABASE IF EXISTS tidemark WITH (FORCE)'));
    await admin.query(own('DROP ROLE IF EXISTS tidemark_web, tidemark_owner'));
  };
  await remove();
  for (const statement of statementsOfScript()) await admin.query(own(statement));
  return {
    url: (login) =>
      Object.assign(new URL(server.href), {
        username: own(login),
        password: PASSWORDS[login],
        pathname: own('/tidemark'),
      }).href,
    own,
    drop: async () => {
      await remove();
      await admin.end();
    },
  };
}

/** What the image gives the script is a psql beside it; here its statements are read, to be run as they stand. */
function statementsOfScript(): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-roles-'));
  writeFileSync(join(folder, 'psql'), '#!/bin/sh\nprintf "%s\\n" "$@"\necho ---\ncat\n', { mode: 0o755 });
  const env = {
    PATH: `${folder}:${process.env['PATH']}`,
    POSTGRES_USER: 'postgres',
    DATABASE_OWNER_PASSWORD: PASSWORDS.tidemark_owner,
    DATABASE_API_PASSWORD: PASSWORDS.tidemark_web,
  };
  const script = join(root, 'docs/production/postgres-roles.sh');
  const said = execFileSync('sh', [script], { env, encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  const [given = '', sql = ''] = said.split('---\n');
  let filled = sql;
  for (const [, name = '', value = ''] of given.matchAll(/^(\w+_password)=(.*)$/gm))
    filled = filled.replaceAll(`:'${name}'`, pg.escapeLiteral(value));
  return filled
    .replaceAll(/^--.*$/gm, '')
    .split(/;\s*\n/)
    .filter((each) => each.trim() !== '');
}
