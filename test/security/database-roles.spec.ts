import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import pg from 'pg';
import { expect, inject, test } from 'vitest';

import { ask } from '../e2e/support/ask.js';
import { sendViews } from '../e2e/support/dashboard.js';
import { root } from '../harness/build.js';
import { startNats } from '../harness/nats.js';
import { startStack } from '../harness/stack.js';
import { waitFor } from '../harness/wait-for.js';

test(
  'S52: the roles of the database can do what the product needs, and are no superusers',
  { timeout: 120_000 },
  async () => {
    const server = new URL(inject('postgresUrl'));
    const folder = mkdtempSync(join(tmpdir(), 'tidemark-roles-'));
    const admin = new pg.Client({ connectionString: server.href });
    const nats = await startNats();
    await admin.connect();
    // What the image gives the script is a psql beside it; here its statements are run as they stand.
    const psql = join(folder, 'psql');
    writeFileSync(psql, '#!/bin/sh\nprintf "%s\\n" "$@"\necho ---\ncat\n', { mode: 0o755 });
    const env = {
      PATH: `${folder}:${process.env['PATH']}`,
      POSTGRES_USER: 'postgres',
      DATABASE_OWNER_PASSWORD: 'own3r',
      DATABASE_API_PASSWORD: 'ap1',
    };
    const said = execFileSync('sh', [join(root, 'docs/production/postgres-roles.sh')], {
      env,
      encoding: 'utf8',
    });
    const [given = '', sql = ''] = said.split('---\n');
    let filled = sql;
    for (const [, name = '', value = ''] of given.matchAll(/^(\w+_password)=(.*)$/gm))
      filled = filled.replaceAll(`:'${name}'`, pg.escapeLiteral(value));
    // Roles are the server's, which other tests share.
    const own = (text: string) => text.replaceAll(/\btidemark(_owner|_api|_web)?\b/g, `$&_${process.pid}`);
    const drop = async () => {
      await admin.query(own('DROP DATABASE IF EXISTS tidemark WITH (FORCE)'));
      await admin.query(own('DROP ROLE IF EXISTS tidemark_web, tidemark_api, tidemark_owner'));
    };
    try {
      await drop();
      for (const statement of filled
        .replaceAll(/^--.*$/gm, '')
        .split(/;\s*\n/)
        .filter((each) => each.trim() !== ''))
        await admin.query(own(statement));
      const as = (user: string, password: string) =>
        Object.assign(new URL(server.href), { username: own(user), password, pathname: own('/tidemark') })
          .href;
      const product = await startStack({
        env: {
          DATABASE_URL: as('tidemark_owner', 'own3r'),
          NATS_URL: nats.url,
          NATS_MONITOR_URL: nats.monitorUrl,
        },
      });
      try {
        await sendViews(product.url, 'shop', '/a');
        await waitFor(async () => (await ask(product, '{ sites { id } }')).data?.['sites'] instanceof Array);
        await waitFor(async () => (await fetch(`${product.url}/health/ready`)).status === 200);
      } finally {
        await product.stop();
      }
      for (const [user, password] of [
        ['tidemark_owner', 'own3r'],
        ['tidemark_web', 'ap1'],
      ] as const) {
        const client = new pg.Client({ connectionString: as(user, password) });
        await client.connect();
        for (const statement of [
          'CREATE ROLE mine SUPERUSER',
          'CREATE DATABASE mine',
          'ALTER ROLE tidemark_web BYPASSRLS',
          'ALTER SYSTEM SET fsync = off',
          "COPY (SELECT 1) TO PROGRAM 'id'",
          "SELECT pg_read_file('/etc/passwd')",
          "SELECT pg_ls_dir('.')",
          'SELECT pg_reload_conf()',
          ...(user === 'tidemark_web'
            ? ['SET ROLE tidemark_owner', 'DROP TABLE ledger', 'CREATE TABLE mine (a int)']
            : []),
        ])
          await expect(client.query(own(statement)), `${user}: ${statement}`).rejects.toThrow(
            /permission|must be|owner|denied|does not exist/i,
          );
        await client.end();
      }
    } finally {
      await drop();
      await admin.end();
      await nats.stop();
      rmSync(folder, { recursive: true });
    }
  },
);
