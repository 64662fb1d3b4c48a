import pg from 'pg';

import { type Actor, ANONYMOUS, type Person } from '#access/actor.js';
import type { Asking } from '#access/actors.js';
import type { Role } from '#access/permissions.js';
import { encodeEvent } from '#events/codec.js';
import { projections } from '#projections/index.js';
import { WorkspaceProjector } from '#projector/workspace-projector.js';
import { createPool } from '#database/pool.js';
import { silentLogger } from '#telemetry/logger.js';
import { waitFor } from '../../harness/wait-for.js';
import type { Answer } from './ask.js';
import { type IngestApp, startIngest } from './ingest-app.js';
import { startProjector } from './ingest-projector.js';
import { labEvent } from './projector-lab.js';

export const ALPHA = { organization: 'org-alpha', site: 'alpha-shop', other: 'alpha-blog' } as const;
export const BETA = { organization: 'org-beta', site: 'beta-shop' } as const;
/** From before there were accounts. */
export const NOBODYS = 'old-shop';

export function person(role: Role | undefined, organizationId: string, change: Partial<Person> = {}): Person {
  return {
    kind: 'person',
    userId: `${role}-of-${organizationId}`,
    sessionId: `session-of-${role}`,
    expiresAt: Date.now() + 3_600_000,
    operator: false,
    organizationId,
    role,
    ...change,
  };
}

export interface TwoTenants {
  readonly app: IngestApp;
  /** As the owner of the tables. */
  readonly owner: pg.Pool;
  /** As whom the requests with this name in `test-actor` ask; it may be changed at any time. */
  readonly actors: Map<string, Actor>;
  /** IDs of things of org-beta. */
  readonly beta: {
    readonly job: number;
    readonly deadLetter: number;
    readonly eventId: string;
    readonly receipt: string;
    readonly link: string;
  };
  ask(as: string, query: string, variables?: Readonly<Record<string, unknown>>): Promise<Answer>;
  stop(): Promise<void>;
}

/**
 * The product behind its walls, with figures, a dead letter, an order and settings of two organizations. Who asks is said by a header:
 * sessions and keys have tests of their own.
 */
export async function startTwoTenants(options: { connections?: number } = {}): Promise<TwoTenants> {
  const actors = new Map<string, Actor>();
  const actorOf = ({ headers }: Asking) => actors.get(String(headers['test-actor'])) ?? ANONYMOUS;
  const app = await startIngest({ ...options, actorOf });
  const owner = createPool(app.databaseUrl);
  const workspace = new WorkspaceProjector(owner, app.log, silentLogger);
  await workspace.start();
  const sites = [
    [ALPHA.site, ALPHA.organization],
    [ALPHA.other, ALPHA.organization],
    [BETA.site, BETA.organization],
    [NOBODYS, undefined],
  ] as const;
  for (const [siteId, organizationId] of sites) {
    const of = organizationId === undefined ? {} : { organizationId };
    const event = {
      type: 'SiteCreated',
      siteId,
      partition: 0,
      at: Date.now(),
      actor: 'test',
      ...of,
    } as const;
    await app.log.workspace.append('site', siteId, event, 0);
  }
  // With what the read models of the audience are made from.
  const audience = { language: 'de', screen: '1440x900' };
  const events = sites.flatMap(([site]) =>
    Array.from({ length: 40 }, (_, n) => ({ ...labEvent(site, n + 1), ...audience })),
  );
  const outcomes = await app.log.appendAll(0, events.map(encodeEvent));
  const projector = await startProjector(app, projections);
  const ofBeta = events.findIndex(({ site }) => site === BETA.site);
  const outcome = outcomes[ofBeta];
  if (!outcome?.stored) throw new Error('the events were not stored');
  const { partition, sequence, ordinal } = outcome.position;

  const one = async (text: string, values: unknown[] = []) =>
    (await owner.query<{ value: number }>(text, values)).rows[0]?.value ?? 0;
  await waitFor(
    async () =>
      (await one(`SELECT coalesce(sum(events), 0)::int AS value FROM daily_aggregates_g1`)) ===
        events.length &&
      (await one('SELECT count(*)::int AS value FROM site WHERE organization_id IS NOT NULL')) === 3,
    { message: 'the figures of both' },
  );
  // Numbers that stand for nothing else in an answer.
  await owner.query(
    'ALTER SEQUENCE job_id_seq RESTART 770001; ALTER SEQUENCE dead_letter_id_seq RESTART 880001',
  );
  const letter = `INSERT INTO dead_letter (partition, sequence, ordinal, site, event_id, reason, event)
    VALUES (0, $2, 0, $1, gen_random_uuid(), 'test', '{}') RETURNING id AS value`;
  await one(letter, [ALPHA.site, 90_000]);
  await one(letter, [null, 90_001]);
  const job = `INSERT INTO job (kind, arguments, state) VALUES ('preview', jsonb_build_object('site', $1::text), 'failed')
    RETURNING id AS value`;
  await one(job, [ALPHA.site]);
  const { rows: links } = await owner.query<{ id: string }>(
    `INSERT INTO share_link (organization_id, site, name, token, created_by) VALUES ($1, $2, 'a link', 'x', 'test') RETURNING id`,
    [BETA.organization, BETA.site],
  );
  const beta = {
    link: links[0]?.id ?? '',
    job: await one(job, [BETA.site]),
    deadLetter: await one(letter, [BETA.site, 90_002]),
    eventId: events[ofBeta]?.id ?? '',
    receipt: `${partition}:${sequence}:${ordinal}`,
  };
  for (const [site, finding] of [
    [BETA.site, 2],
    [null, 3],
  ] as const)
    await owner.query(
      `INSERT INTO verification (id, started_at, outcome, site, positions, events, duplicates, drift_rows, findings_total, findings)
       VALUES ($2, now(), 'clean', $1, '[]', 1, 0, 0, 0, '[]')`,
      [site, finding],
    );
  return {
    app,
    owner,
    actors,
    beta,
    async ask(as, query, variables = {}) {
      const response = await fetch(`${app.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'test-actor': as },
        body: JSON.stringify({ query, variables }),
      });
      return { status: response.status, ...((await response.json()) as object) };
    },
    async stop() {
      await projector.stop();
      await workspace.stop();
      await owner.end();
      await app.stop();
    },
  };
}
