import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { addPerson, PeopleRefusal, removePerson } from '#accounts/people.js';
import { createPool } from '#database/pool.js';

import { waitFor } from '../../harness/wait-for.js';
import { startIngest, type IngestApp } from '../support/ingest-app.js';
import { firstOwner, GOOD_PASSWORD } from './person.js';

let app: IngestApp;
let database: pg.Client;
beforeAll(async () => {
  app = await startIngest({ open: false });
  database = new pg.Client({ connectionString: app.databaseUrl });
  await database.connect();
  await firstOwner(app);
});
afterAll(async () => {
  await database?.end();
  await app?.stop();
});

test('S10: the last owner stays, even where two are removed at the same moment on the command line', async () => {
  const emails = ['una@example.org', 'ugo@example.org'];
  const people = { password: GOOD_PASSWORD, operator: false, role: 'owner' as const };
  const pool = createPool(app.databaseUrl, { max: 3 });
  const holder = await pool.connect();
  try {
    for (const [i, email] of emails.entries())
      await addPerson(pool, {
        ...people,
        email,
        name: 'U',
        organization: i ? "U's organization" : undefined,
      });
    await holder.query(`BEGIN; SELECT FROM auth.organization WHERE name = 'U''s organization' FOR UPDATE`);
    const removals = emails.map((email) => removePerson(pool, email));
    const settled = Promise.allSettled(removals);
    const waiting = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'DELETE FROM auth."user"%'
      AND datname = current_database()`;
    await waitFor(async () => (await database.query(waiting)).rows.length === 2, {
      message: 'both to wait',
    });
    await holder.query('COMMIT');
    const refused = (await settled).filter((each) => each.status === 'rejected');
    expect(refused).toHaveLength(1);
    expect(refused[0]?.reason).toBeInstanceOf(PeopleRefusal);
  } finally {
    holder.release();
    await pool.end();
  }
});

test('S10: the last owner is kept by the database itself', async () => {
  await expect(database.query(`UPDATE auth.member SET role = 'viewer'`)).rejects.toThrow(
    /at least one owner/,
  );
  await expect(database.query('DELETE FROM auth.member')).rejects.toThrow(/at least one owner/);
});
