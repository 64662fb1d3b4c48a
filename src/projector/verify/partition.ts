import { MemberCache } from '#projection/member-cache.js';
import type { Batch } from '../batch.js';
import { projectionOf, type Engine } from '../engine.js';
import { PartitionStopped, RefusedValues } from '../errors.js';
import type { Generation } from '../generations.js';
import type { Floor } from '../lease.js';
import { verifyLog } from '../log-identity.js';
import { commit } from '../session.js';
import { compareAt, Unsettled, type VerifyTarget } from './compare.js';
import { Findings, placeOf, type Found } from './findings.js';
import { away, readBatches } from './read-log.js';
import { recompute, withSince, type Recomputed } from './recompute.js';
import type { Scratch } from './scratch.js';
import { indexedStretches, multirange, type Narrowing, type Stretch } from './stretches.js';

/** Messages from the checkpoint within which the rest is read in the transaction that compares. */
const NEAR = 100;

export interface PartitionOrder extends Narrowing {
  /** Read everything, though a site or days alone are compared. */
  readonly whole?: boolean;
  readonly signal: AbortSignal;
  /** Told after each batch, with how many events it held. */
  readonly onEvents: (events: number) => Promise<void>;
}

export interface VerifiedPartition {
  /** The live checkpoint at which it was compared. */
  readonly sequence: number;
  readonly events: number;
  readonly duplicates: number;
  readonly findings: Findings;
  /** Only blocks of the log that the index names were read. */
  readonly narrowed: boolean;
}

/** Computes one partition anew, up to its live checkpoint, and compares. @throws Unsettled when it has to begin again. */
export class PartitionVerification {
  private readonly findings: Findings;
  private readonly revisions = new Map<number, number>();
  private targets: VerifyTarget[] = [];
  private members = new MemberCache();
  private at = 0;
  private end = Infinity;
  private events = 0;
  private duplicates = 0;
  private readonly missed: Found[] = [];
  /** What is read; undefined: everything. */
  private read: Stretch[] | undefined;

  constructor(
    private readonly engine: Engine,
    private readonly scratch: Scratch,
    private readonly order: PartitionOrder,
  ) {
    this.findings = new Findings(order.partition);
  }

  async run(): Promise<VerifiedPartition> {
    const { scratch, order } = this;
    const floor = await this.floor();
    await this.checkLog(floor);
    this.targets = await this.servedTargets();
    await scratch.reset(order.partition, this.targets);
    for (let before = Infinity; ;) {
      const { sequence } = await this.floor();
      const distance = Math.min(sequence, this.end) - this.at;
      // Where the log grows about as fast as it is read here, coming nearer is in vain.
      if (distance <= NEAR || distance > before / 2) break;
      before = distance;
      await this.build(sequence);
    }
    await scratch.client.query('ANALYZE');
    return this.compare();
  }

  private async floor(): Promise<Floor> {
    const { client, home } = this.scratch;
    const { rows } = await client.query<{
      sequence: number;
      batch_id: string;
      stream_created_at: string | null;
      projected_stored_at: Date | null;
    }>(
      `SELECT sequence, batch_id, stream_created_at, projected_stored_at FROM ${home}.partition WHERE partition = $1`,
      [this.order.partition],
    );
    const [row] = rows;
    return {
      sequence: row?.sequence ?? 0,
      batchId: row?.batch_id ?? '',
      streamCreatedAt: row?.stream_created_at ?? undefined,
      projectedStoredAt: row?.projected_stored_at?.getTime(),
    };
  }

  /** Whether it is the log that the read models were filled from, and how far it reaches. */
  private async checkLog(floor: Floor): Promise<void> {
    const { log } = this.engine;
    const { partition } = this.order;
    try {
      await verifyLog(log, partition, floor);
    } catch (error) {
      if (!(error instanceof PartitionStopped)) throw away(error);
      const since = placeOf({ sequence: floor.sequence, ordinal: 0 });
      this.findings.add([{ kind: 'log', what: 'other_log', since, example: error.message }]);
      const head = await log.head(partition).catch((fault: unknown) => Promise.reject(away(fault)));
      if (head.sequence >= floor.sequence) return;
      this.end = head.sequence;
      this.missing(head.sequence + 1, floor.sequence);
    }
  }

  private async servedTargets(): Promise<VerifyTarget[]> {
    const { client, home } = this.scratch;
    const { rows } = await client.query<Generation>(
      `SELECT g.id, g.projection, g.number, g.version, g.status
       FROM ${home}.served_generation s JOIN ${home}.generation g ON g.id = s.generation_id ORDER BY g.projection`,
    );
    return rows.map((generation) => {
      const projection = projectionOf(this.engine, generation);
      if (!projection)
        throw new Error(
          `${generation.projection} is served by version ${generation.version}, which this code does not have: verify with the code that has it.`,
        );
      const { id, number } = generation;
      return { generationId: id, number, projection: withSince(projection), served: projection };
    });
  }

  private async build(upTo: number): Promise<void> {
    for await (const { after, batch } of this.batches(upTo)) await this.step(after, batch);
    if (this.read) this.at = Math.min(upTo, this.end);
  }

  private async *batches(upTo: number): AsyncGenerator<{ after: number; batch: Batch }, void, void> {
    const { engine, order } = this;
    const { partition, signal } = order;
    for (const { from, to } of await this.stretches({ from: this.at + 1, to: Math.min(upTo, this.end) })) {
      const missing = (first: number, last: number) => this.missing(first, last);
      let after = from - 1;
      for await (const batch of readBatches(engine, { partition, from, upTo: to, signal, missing })) {
        yield { after, batch };
        after = batch.sequence;
      }
    }
  }

  private async stretches(all: Stretch): Promise<Stretch[]> {
    const { scratch, targets, order } = this;
    if (all.from > all.to) return [];
    const stretches = order.whole ? undefined : await indexedStretches(scratch, targets, order, all);
    if (!stretches) return [all];
    this.read = [...(this.read ?? []), ...stretches];
    return stretches;
  }

  private async step(after: number, batch: Batch): Promise<void> {
    const { client } = this.scratch;
    for (let careful = false; ; careful = true) {
      await client.query('BEGIN');
      try {
        const done = await this.recompute(after, batch, careful);
        await commit(client);
        done.committed();
        this.count(done);
        this.at = batch.sequence;
        break;
      } catch (error) {
        await client.query('ROLLBACK').catch(() => undefined);
        this.members = new MemberCache();
        if (!(error instanceof RefusedValues) || careful) throw error;
      }
    }
    await this.order.onEvents(batch.events.length);
  }

  private async recompute(
    after: number,
    batch: Batch,
    careful: boolean,
    remember = true,
  ): Promise<Recomputed> {
    const { scratch, targets, order, members } = this;
    await this.engine.failpoints.verify_batch?.(order.partition);
    const { partition, site } = order;
    const part = { scratch, targets, partition, site: site?.name, read: this.readSoFar() };
    return recompute(part, after, batch, careful, remember ? members : undefined);
  }

  /**
   * In one snapshot: the checkpoint, what leads up to it, and everything that is compared. Live projection goes on
   * meanwhile and is not seen.
   */
  private async compare(): Promise<VerifiedPartition> {
    const { client } = this.scratch;
    for (let careful = false; ; careful = true) {
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
      const before = this.missed.length;
      try {
        const { sequence } = await this.floor();
        const rest: Recomputed[] = [];
        let at = this.at;
        for await (const { after, batch } of this.batches(sequence)) {
          rest.push(await this.recompute(after, batch, careful, false));
          at = batch.sequence;
        }
        for (const done of rest) this.remember(done);
        const found = await this.compared(at);
        for (const done of rest) this.count(done);
        this.findings.add(found);
        this.findings.add(this.missed);
        const { events, duplicates, findings } = this;
        return { sequence, events, duplicates, findings, narrowed: this.read !== undefined };
      } catch (error) {
        this.missed.length = before;
        if (!(error instanceof RefusedValues) || careful) throw error;
      } finally {
        await client.query('ROLLBACK').catch(() => undefined);
      }
    }
  }

  private compared(reached: number): Promise<Found[]> {
    const { scratch, targets, order, revisions } = this;
    const { partition, site, days } = order;
    return compareAt({
      scratch,
      targets,
      partition,
      reached,
      read: this.readSoFar(),
      site,
      days,
      revisions,
    });
  }

  private readSoFar(): string | undefined {
    return this.read && multirange(this.read);
  }

  private missing(from: number, to: number): void {
    const rows = to - from + 1;
    const since = placeOf({ sequence: from, ordinal: 0 });
    this.missed.push({
      kind: 'log',
      what: 'missing_messages',
      rows,
      since,
      example: `sequences ${from} to ${to}`,
    });
  }

  private count(done: Recomputed): void {
    this.remember(done);
    this.findings.add(done.found);
    this.events += done.fresh;
    this.duplicates += done.duplicates;
  }

  /** A site that is changed on the way was not computed by one revision. */
  private remember({ sites }: Recomputed): void {
    for (const { id, settings } of sites) {
      const known = this.revisions.get(id);
      if (known !== undefined && known !== settings.revision) throw new Unsettled('a site was changed');
      this.revisions.set(id, settings.revision);
    }
  }
}
