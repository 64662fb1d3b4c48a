import type { Pool, PoolClient } from 'pg';
import { decodeWorkspaceEvent } from '#events/workspace-event.js';
import type { ChangeNotice, StreamPlace, WorkspaceRecord } from '#event-log/types.js';
import type { Logger } from '#telemetry/logger.js';
import { changeOf, type SettingChange } from '#workspace/state/setting-change.js';
import { Workspace, type Site } from '#workspace/state/workspace.js';
import { messageOf } from './errors.js';
import { inTransaction, pause } from './session.js';

/** Raise it where these tables are to be filled anew from the stream, as for events that older code goes past. */
const VERSION = 5;
const RETRY_MS = 1_000;

/** What is projected; `EventLog` is one. */
export interface FollowedWorkspace {
  readonly workspace: {
    place(): Promise<StreamPlace>;
    follow(listener: (record: WorkspaceRecord) => void): Promise<() => Promise<void>>;
  };
  notify(notice: ChangeNotice): void;
}

interface Recorded {
  readonly sequence: number;
  readonly siteId: string | undefined;
  readonly change: SettingChange | undefined;
}

/**
 * Keeps names, meanings of event types and the audit trail equal to the workspace's stream. Every process may run one: the
 * checkpoint's row is locked for a transaction, and who comes second finds nothing left to write.
 */
export class WorkspaceProjector {
  private readonly workspace = new Workspace();
  private waiting: Recorded[] = [];
  private readonly stopping = new AbortController();
  private stopFollowing: (() => Promise<void>) | undefined;
  private writing: Promise<void> | undefined;
  private createdAt = '';
  private trouble = false;
  private starting = true;

  constructor(
    private readonly pool: Pool,
    private readonly log: FollowedWorkspace,
    private readonly logger: Logger,
  ) {}

  /** Returns once all that the stream holds now was read; it is written, and followed, beside what comes next. */
  async start(): Promise<void> {
    this.createdAt = (await this.log.workspace.place()).createdAt;
    let caughtUp = false;
    this.stopFollowing = await this.log.workspace.follow((record) => {
      this.read(record);
      if (caughtUp) this.write();
    });
    caughtUp = true;
    this.write();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.stopFollowing?.();
    await this.writing;
  }

  private read({ text, sequence }: WorkspaceRecord): void {
    const event = decodeWorkspaceEvent(text);
    const siteId = event && 'siteId' in event ? event.siteId : undefined;
    const site = siteId === undefined ? undefined : this.workspace.site(siteId);
    const key = event && 'keyId' in event ? this.workspace.keys.key(event.keyId) : undefined;
    const change = event && changeOf(event, { site, key, partitions: this.workspace.partitions });
    this.workspace.applyRecord({ text, sequence });
    this.waiting.push({ sequence, siteId, change });
  }

  private write(): void {
    this.writing ??= this.drain().finally(() => (this.writing = undefined));
  }

  private async drain(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const { waiting } = this;
      const last = waiting.at(-1)?.sequence ?? 0;
      // As they are after the last of these records: more may come while they are written.
      const sites = [...new Set(waiting.map(({ siteId }) => siteId ?? ''))].flatMap(
        (siteId) => this.workspace.site(siteId) ?? [],
      );
      this.waiting = [];
      try {
        const written = await inTransaction(this.pool, (client) =>
          this.project(client, waiting, sites, last),
        );
        this.trouble = false;
        this.starting = false;
        const { log } = this;
        if (written) log.notify({ partition: -1, sequence: last, sites: sites.map(({ id }) => id) });
        if (this.waiting.length === 0) return;
      } catch (error) {
        this.waiting = [...waiting, ...this.waiting];
        this.logger[this.trouble ? 'debug' : 'warn'](
          { detail: messageOf(error) },
          "the workspace's settings cannot be written; trying again",
        );
        this.trouble = true;
        await pause(RETRY_MS, signal);
      }
    }
  }

  /** @returns whether there was anything that nobody had written. */
  private async project(
    client: PoolClient,
    records: readonly Recorded[],
    sites: readonly Site[],
    last: number,
  ): Promise<boolean> {
    const { rows } = await client.query<{ sequence: number; version: number; createdAt: string | null }>(
      `SELECT sequence::float8 AS sequence, version, stream_created_at AS "createdAt"
       FROM workspace_checkpoint FOR UPDATE`,
    );
    const [at] = rows;
    if (!at) throw new Error('workspace_checkpoint has lost its row');
    // Older code leaves alone what newer code has filled.
    if (at.version > VERSION) return false;
    const fresh = at.version < VERSION || at.createdAt !== this.createdAt;
    if (fresh) await this.empty(client, at.createdAt);
    const reached = fresh ? 0 : at.sequence;
    if (last <= reached && !fresh) {
      // What failed is tried again at each start.
      if (this.starting) await orderReprojections(client, sites);
      return false;
    }
    await writeSites(client, sites);
    await orderReprojections(client, sites);
    await writeChanges(
      client,
      records.filter(({ sequence }) => sequence > reached),
    );
    await client.query(
      'UPDATE workspace_checkpoint SET sequence = $1, version = $2, stream_created_at = $3',
      [last, VERSION, this.createdAt],
    );
    return true;
  }

  private async empty(client: PoolClient, filledFrom: string | null): Promise<void> {
    if (filledFrom !== null && filledFrom !== this.createdAt)
      this.logger.warn(
        { before: filledFrom, now: this.createdAt },
        "the workspace's stream was replaced: names and the audit trail are filled anew from it",
      );
    await client.query('DELETE FROM event_type');
    await client.query('DELETE FROM setting_change');
    await client.query(
      `UPDATE site SET title = NULL, settings_sequence = 0, visitor_policy = NULL, organization_id = NULL,
         archived_at = NULL, deletes_at = NULL, origins = '{}' WHERE settings_sequence > 0`,
    );
  }
}

async function writeSites(client: PoolClient, sites: readonly Site[]): Promise<void> {
  if (sites.length === 0) return;
  // In the order in which live batches make sites, so that none waits for the other.
  const sorted = [...sites].sort((a, b) => (a.id < b.id ? -1 : 1));
  await client.query(
    `INSERT INTO site (name, partition, title, settings_sequence, visitor_policy, organization_id, archived_at,
       deletes_at, origins)
     SELECT id, partition, title, sequence, policy, organization, to_timestamp(archived / 1000.0),
       to_timestamp(deletes / 1000.0), ARRAY(SELECT jsonb_array_elements_text(origins))
     FROM unnest($1::text[], $2::smallint[], $3::text[], $4::bigint[], $5::jsonb[], $6::text[], $7::float8[],
       $8::float8[], $9::jsonb[])
       AS w (id, partition, title, sequence, policy, organization, archived, deletes, origins)
     ON CONFLICT (name) DO UPDATE SET title = EXCLUDED.title, settings_sequence = EXCLUDED.settings_sequence,
       visitor_policy = EXCLUDED.visitor_policy, organization_id = EXCLUDED.organization_id,
       archived_at = EXCLUDED.archived_at, deletes_at = EXCLUDED.deletes_at, origins = EXCLUDED.origins`,
    [
      sorted.map(({ id }) => id),
      sorted.map(({ partition }) => partition),
      sorted.map(({ id, name }) => (name === id ? null : name)),
      sorted.map(({ revision }) => revision),
      sorted.map(({ visitors }) => JSON.stringify(visitors)),
      sorted.map(({ organizationId }) => organizationId),
      sorted.map(({ archivedAt }) => archivedAt),
      sorted.map(({ deletesAt }) => deletesAt),
      sorted.map(({ origins }) => JSON.stringify(origins)),
    ],
  );
  await client.query(
    'DELETE FROM event_type WHERE site_id IN (SELECT id FROM site WHERE name = ANY ($1::text[]))',
    [sorted.map(({ id }) => id)],
  );
  const types = sorted.flatMap(({ id, eventTypes }) =>
    [...eventTypes].map(([name, type]) => ({ site: id, name, ...type })),
  );
  await client.query(
    `INSERT INTO event_type (site_id, name, description, properties, strict)
     SELECT s.id, t.name, t.description, t.properties, t.strict
     FROM jsonb_to_recordset($1) AS t (site text, name text, description text, properties jsonb, strict boolean)
     JOIN site s ON s.name = t.site`,
    [JSON.stringify(types)],
  );
}

/** Settings that figures depend on, for the past too. They are served when the order has ended. */
async function orderReprojections(client: PoolClient, sites: readonly Site[]): Promise<void> {
  const dependent = sites.filter(({ figuresRevision }) => figuresRevision > 0);
  await client.query(
    `INSERT INTO job (kind, arguments)
     SELECT 'reproject', jsonb_build_object('site', w.site, 'timeZone', w.zone, 'rules', w.rules, 'revision', w.revision)
     FROM unnest($1::text[], $2::text[], $3::jsonb[], $4::bigint[]) AS w (site, zone, rules, revision) JOIN site s ON s.name = w.site
     WHERE s.revision < w.revision AND NOT EXISTS (
       SELECT FROM job j WHERE j.kind = 'reproject' AND j.state IN ('queued', 'running')
         AND j.arguments ->> 'site' = w.site AND (j.arguments ->> 'revision')::bigint >= w.revision)
     ORDER BY w.revision`,
    [
      dependent.map(({ id }) => id),
      dependent.map(({ timeZone }) => timeZone),
      dependent.map(({ rules }) => JSON.stringify(rules)),
      dependent.map(({ figuresRevision }) => figuresRevision),
    ],
  );
}

async function writeChanges(client: PoolClient, records: readonly Recorded[]): Promise<void> {
  const entries = records.flatMap(({ sequence, change }) => (change ? [{ sequence, ...change }] : []));
  await client.query(
    `INSERT INTO setting_change (sequence, at, actor, action, site, organization_id, settings)
     SELECT sequence, to_timestamp(at / 1000.0), actor, action, "siteId", "organizationId", settings
     FROM jsonb_to_recordset($1)
       AS e (sequence bigint, at float8, actor text, action text, "siteId" text, "organizationId" text, settings jsonb)`,
    [JSON.stringify(entries)],
  );
}
