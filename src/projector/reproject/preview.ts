import type { PreviewResult } from '#database/preview.js';
import { tableNames } from '#projection/table.js';
import type { Used } from '../build-throttle.js';
import { projectionOf } from '../engine.js';
import { LeaseLost } from '../errors.js';
import { BuildFailed } from '../stretch.js';
import { compareDays, comparePaths, type Sides } from './compare-settings.js';
import { Filling } from './filling.js';
import { servedGenerations, type FedGeneration, type SpareSet } from './spare-sets.js';

/** Messages from the live checkpoint. */
const NEAR = 100;

/** What is compared, by projection. */
const COMPARED = ['daily_aggregates', 'top_paths', 'unique_visitors'];

/**
 * Says what other settings of a site would change: fills row sets as for a change, and compares them with what is served. Nobody
 * waits for it: the last messages are filled in, and all is compared, in one snapshot.
 */
export class Preview extends Filling {
  private before = Infinity;

  protected override async generations(): Promise<FedGeneration[]> {
    const { client, lease } = this.of;
    const generations = await servedGenerations(client, lease.partition, COMPARED);
    if (generations.length === COMPARED.length) return generations;
    throw new BuildFailed(
      0,
      'the figures are still being built: order the preview again when they are served',
    );
  }

  /** Nobody waits for the rest; where the log grows about as fast as it is read here, coming nearer is in vain. */
  protected override isNear(distance: number): boolean {
    const { before } = this;
    this.before = distance;
    return distance <= NEAR || distance > before / 2;
  }

  /** Somebody waits for what it says. */
  protected override turn<T>(work: (used: Used) => Promise<T>): Promise<T> {
    return this.of.engine.buildThrottle.atOnce(work);
  }

  protected override async end(): Promise<boolean> {
    const { engine, client, lease, site } = this.of;
    const { partition } = lease;
    const committed = await this.transaction(async () => {
      const { rows } = await client.query<{ revision: number; ours: boolean }>(
        `SELECT s.revision, p.epoch = $3 AS ours FROM site s, partition p WHERE s.id = $1 AND p.partition = $2`,
        [site.id, partition, lease.epoch],
      );
      const [now] = rows;
      if (now?.ours !== true) throw new LeaseLost(`partition ${partition} was taken by another process`);
      const generations = await this.generations();
      const { sets = [], committed } = await this.fillRest(generations, Infinity);
      const position = { partition, sequence: Math.min(...generations.map(({ goal }) => goal)) };
      const result: PreviewResult = {
        revision: now.revision,
        position,
        ...(await compareDays(
          client,
          await this.sides('daily_aggregates', sets),
          await this.sides('unique_visitors', sets),
        )),
        paths: await comparePaths(client, await this.sides('top_paths', sets)),
      };
      await this.done(result);
      await engine.failpoints.preview_before_end?.(partition);
      return committed;
    }, 'BEGIN ISOLATION LEVEL REPEATABLE READ');
    committed();
    return true;
  }

  private async sides(name: string, sets: readonly SpareSet[]): Promise<Sides> {
    const { engine, client, site } = this.of;
    const set = sets.find(({ generation }) => generation.projection === name);
    const projection = set && projectionOf(engine, set.generation);
    if (!set || !projection) throw new Error(`no rows of ${name} were filled`);
    const { rows } = await client.query<{ before: number }>(
      'SELECT row_set AS before FROM row_set WHERE site_id = $1 AND generation_id = $2',
      [site.id, set.generation.id],
    );
    const { main } = tableNames(projection, set.generation.number);
    return { table: main, before: rows[0]?.before, after: set.rowSet };
  }
}
