import type { Pool, PoolClient, QueryResultRow } from 'pg';
import { isReplica } from './replica.js';
import type { RowReader } from './row-reader.js';
import { EVERYTHING, NOBODY, type Tenant, tenantSettings } from './tenant.js';

/** A generation that answers are read from while its pointer row says so. */
export interface ServedGeneration {
  readonly projection: string;
  readonly id: number;
  /** The N of its tables `<projection>_g<N>`. */
  readonly number: number;
}

/** The operation took longer than it may: PostgreSQL's or our own clock cut it. */
export class SnapshotTimeout extends Error {
  override readonly name = 'SnapshotTimeout';
}

/** PostgreSQL does not answer: not reachable, shutting down, or no connection free in time. */
export class DatabaseUnavailable extends Error {
  override readonly name = 'DatabaseUnavailable';

  constructor(
    why: string,
    readonly server: 'database' | 'read replica',
  ) {
    super(`the ${server} does not answer: ${why}`);
  }
}

/** The client went away, or the snapshot was used after its end. */
export class SnapshotClosed extends Error {
  override readonly name = 'SnapshotClosed';
}

/** Stands for the workspace's stream where a partition is named. */
export const WORKSPACE = -1;

/** A place in the log, up to which figures may be complete. */
export interface LogPlace {
  readonly partition: number;
  readonly sequence: number;
}

/** The figures do not include what was asked for. `reached`: the sequence up to which they do, 0 for nothing yet. */
export class ProjectionBehind extends Error {
  override readonly name = 'ProjectionBehind';

  constructor(
    readonly wanted: LogPlace,
    readonly reached: number,
  ) {
    super(
      `the figures include ${nameOf(wanted.partition)} up to ${reached}, and not ${wanted.sequence} yet: ` +
        'ask again in a moment, with the same receipt',
    );
  }
}

interface Opened {
  readonly served: ReadonlyMap<string, ServedGeneration>;
  readonly position: string;
}

const TIMEOUT_MS = 10_000;
const OPEN_WITHIN_MS = 4_500;
const POINTERS = `
  SELECT s.projection, g.id, g.number FROM served_generation s JOIN generation g ON g.id = s.generation_id`;
/**
 * The smallest checkpoint of the served generations, by partition: what every figure of an answer includes. Of the settings:
 * those that are written, and that no site's past waits to be projected with.
 */
export const POSITIONS = `
  SELECT p.partition, min(coalesce(c.sequence, 0))::float8 AS sequence
  FROM partition p CROSS JOIN served_generation s
  LEFT JOIN checkpoint c ON c.partition = p.partition AND c.generation_id = s.generation_id
  GROUP BY p.partition
  UNION ALL SELECT ${WORKSPACE}, least(sequence, (
    SELECT min((arguments ->> 'revision')::bigint) - 1 FROM job
    WHERE kind = 'reproject' AND state IN ('queued', 'running') AND NOT arguments ? 'botList'
  ))::float8 FROM workspace_checkpoint
  ORDER BY partition`;

/**
 * One operation reads in one read-only REPEATABLE READ transaction on one connection, so no two of its figures can
 * come from different moments or generations. Opened by the first query; queries run one after another. Whoever made
 * it must call `close()` (or `abort()` when nobody waits for the answer any more).
 */
export class Snapshot {
  private tail: Promise<unknown> = Promise.resolve();
  private readonly memo = new Map<string, Promise<unknown>>();
  private client: PoolClient | undefined;
  private opened: Opened | undefined;
  private ended: Error | undefined;
  private timer: NodeJS.Timeout | undefined;

  /**
   * What the answer must include: else every query fails with ProjectionBehind. Set before the first query. Whoever sets
   * it has waited before; that the very snapshot has it is judged here, after a switch of generations too.
   */
  atLeast: LogPlace | undefined;

  private readonly timeoutMs: number;
  /** Whose rows it reads. */
  readonly tenant: Tenant;

  constructor(
    private readonly pool: Pool,
    { tenant = NOBODY, timeoutMs = TIMEOUT_MS }: { tenant?: Tenant; timeoutMs?: number } = {},
  ) {
    this.tenant = tenant;
    this.timeoutMs = timeoutMs;
  }

  /** Rows of one statement; fails with one of the errors above or PostgreSQL's own. */
  query<R extends QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<R[]> {
    return this.enqueue(async () => {
      await this.open();
      return this.run<R>(text, values);
    });
  }

  /** The same moment over all tenants: for what whoever looks after the installation asks, and nobody else. */
  overAll(): RowReader {
    if (this.tenant.everything) return this;
    return {
      query: <R extends QueryResultRow>(text: string, values: readonly unknown[] = []) =>
        this.enqueue(async () => {
          await this.open();
          await this.run(tenantSettings(EVERYTHING));
          const rows = await this.run<R>(text, values);
          await this.run(tenantSettings(this.tenant));
          return rows;
        }),
    };
  }

  /** `partition:sequence`, comma-separated: how much of the log the answer includes. */
  async position(): Promise<string> {
    return (await this.pointers()).position;
  }

  /** The position if anything was read at all. */
  get positionIfOpened(): string | undefined {
    return this.opened?.position;
  }

  async served(projection: string): Promise<ServedGeneration | undefined> {
    return (await this.pointers()).served.get(projection);
  }

  /** Asks once per snapshot and key, however many fields need the answer. */
  once<T>(key: string, ask: () => Promise<T>): Promise<T> {
    const known = this.memo.get(key);
    if (known) return known as Promise<T>;
    const asked = ask();
    this.memo.set(key, asked);
    return asked;
  }

  /** Ends the transaction after the queries in line and gives the connection back. Never throws. */
  async close(): Promise<void> {
    await this.tail;
    this.ended ??= new SnapshotClosed('the snapshot is closed');
    clearTimeout(this.timer);
    const client = this.take();
    if (!client) return;
    try {
      await client.query('COMMIT');
      client.off('error', ignore);
      client.release();
    } catch (error) {
      client.release(error instanceof Error ? error : true);
    }
  }

  /** Cuts a running query: the connection is dropped, and PostgreSQL notices within a second and cancels. */
  abort(reason: Error = new SnapshotClosed('the client went away')): void {
    this.ended ??= reason;
    clearTimeout(this.timer);
    this.take()?.release(this.ended);
  }

  private pointers(): Promise<Opened> {
    return this.enqueue(() => this.open());
  }

  private enqueue<T>(work: () => Promise<T>): Promise<T> {
    const run = this.tail.then(async () => {
      if (this.ended) throw this.ended;
      return work();
    });
    this.tail = run.catch(ignore);
    return run;
  }

  private async open(): Promise<Opened> {
    if (this.opened) return this.opened;
    // A frozen server accepts and never answers: noticed here long before a statement could time out.
    this.endAfter(OPEN_WITHIN_MS, unavailable(this.pool, 'no answer'));
    const client = await this.pool.connect().catch((error: unknown) => {
      throw (this.ended ??= unavailable(this.pool, asError(error).message));
    });
    // A checked-out client reports a lost connection as an event: unheard, it would end the process.
    client.on('error', ignore);
    if (this.ended) {
      client.off('error', ignore);
      client.release();
      throw this.ended;
    }
    this.client = client;
    await this.run(
      `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
       SET LOCAL statement_timeout = ${this.timeoutMs};
       SET LOCAL idle_in_transaction_session_timeout = ${this.timeoutMs + 5_000};
       SET LOCAL client_connection_check_interval = 1000;
       ${tenantSettings(this.tenant)}`,
    );
    const served = await this.run<{ projection: string; id: number; number: number }>(POINTERS);
    const positions = await this.run<LogPlace>(POSITIONS);
    this.requireIncluded(positions);
    this.endAfter(this.timeoutMs, this.tooSlow());
    this.opened = {
      served: new Map(served.map((generation) => [generation.projection, generation])),
      position: positions
        .filter(({ partition }) => partition !== WORKSPACE)
        .map((at) => `${at.partition}:${at.sequence}`)
        .join(','),
    };
    return this.opened;
  }

  private requireIncluded(positions: readonly LogPlace[]): void {
    const wanted = this.atLeast;
    if (!wanted) return;
    const reached = positions.find(({ partition }) => partition === wanted.partition)?.sequence ?? 0;
    if (reached >= wanted.sequence) return;
    this.ended ??= new ProjectionBehind(wanted, reached);
    this.take()?.release(this.ended);
    throw this.ended;
  }

  private async run<R extends QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<R[]> {
    if (!this.client) throw this.ended ?? new SnapshotClosed('the snapshot is closed');
    try {
      // Without parameters the simple protocol is used, which takes several statements at once.
      const { rows } = await (values.length > 0
        ? this.client.query<R>(text, [...values])
        : this.client.query<R>(text));
      return rows;
    } catch (error) {
      // The transaction is broken: the queries behind this one would only hide the cause.
      this.ended ??= this.nameOf(error);
      this.take()?.release(this.ended);
      throw this.ended;
    }
  }

  private take(): PoolClient | undefined {
    const client = this.client;
    this.client = undefined;
    return client;
  }

  private endAfter(milliseconds: number, reason: Error): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.abort(reason), milliseconds);
  }

  private nameOf(error: unknown): Error {
    const code = (error as { code?: unknown } | null)?.code;
    const sqlState = typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
    if (sqlState === '57014') return this.tooSlow();
    // No SQLSTATE: the connection broke. 08: connection, 53: resources, 57P: the server is being shut down.
    // 40001: a replica ended the transaction, to go on replaying.
    if (sqlState === undefined || /^(08|53|57P|40001)/.test(sqlState))
      return unavailable(this.pool, asError(error).message);
    return asError(error);
  }

  private tooSlow(): SnapshotTimeout {
    return new SnapshotTimeout(`the answer took longer than ${this.timeoutMs / 1000} s`);
  }
}

/** For messages. */
const nameOf = (partition: number): string =>
  partition === WORKSPACE ? 'the settings' : `partition ${partition}`;

const ignore = (): void => undefined;
const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
/** Named as whoever mends it knows it. */
export const unavailable = (pool: Pool, why: string): DatabaseUnavailable =>
  new DatabaseUnavailable(why, isReplica(pool) ? 'read replica' : 'database');
