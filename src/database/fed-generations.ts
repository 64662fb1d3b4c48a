import type { RowReader } from './row-reader.js';

/** A generation that is not retired. */
export interface FedGeneration {
  readonly id: number;
  readonly projection: string;
  readonly number: number;
  readonly version: number;
  readonly status: 'building' | 'served' | 'kept';
  /** Messages of the log that the served one includes and this one does not; 0: it may be served. */
  readonly behind: number;
}

/** Of one projection, newest first; in one statement, so at one moment. */
export function fedGenerations(reader: RowReader, projection: string): Promise<FedGeneration[]> {
  return reader.query<FedGeneration>(
    `SELECT g.id, g.projection, g.number, g.version, g.status, coalesce((
       SELECT sum(greatest(0, s.sequence - coalesce(c.sequence, 0)))::float8
       FROM served_generation v JOIN checkpoint s USING (generation_id)
       LEFT JOIN checkpoint c ON c.partition = s.partition AND c.generation_id = g.id
       WHERE v.projection = g.projection), 0) AS behind
     FROM generation g WHERE g.projection = $1 AND g.status <> 'retired' ORDER BY g.number DESC`,
    [projection],
  );
}

export async function projectionNames(reader: RowReader): Promise<string[]> {
  const rows = await reader.query<{ projection: string }>(
    `SELECT DISTINCT projection COLLATE "C" AS projection FROM generation WHERE status <> 'retired' ORDER BY 1`,
  );
  return rows.map((row) => row.projection);
}

/** What an order cannot be carried out for, in words for whoever gave it. */
export class OrderRefused extends Error {
  override readonly name = 'OrderRefused';
}

/** The two that a comparison is between. */
export interface Facing {
  readonly served: FedGeneration;
  readonly other: FedGeneration;
}

/**
 * The served generation and the one beside it: the one of that number, else the newest build, else the one served before.
 * @throws OrderRefused
 */
export function facing(generations: readonly FedGeneration[], name: string, number?: number): Facing {
  const served = servedOf(generations, name);
  const others = generations.filter((each) => each !== served);
  const other =
    number === undefined
      ? (others.find((each) => each.status === 'building') ?? others[0])
      : others.find((each) => each.number === number);
  if (other) return { served, other };
  throw new OrderRefused(
    number === undefined
      ? `${name} has no generation beside the served one (${served.number}); build one with "rebuild ${name}"`
      : numberless(generations, name, number),
  );
}

/** What a swap leads to: the generation of that number, else the newest build. @throws OrderRefused */
export function swapTarget(generations: readonly FedGeneration[], name: string, number?: number): Facing {
  const served = servedOf(generations, name);
  const others = generations.filter((each) => each !== served);
  const other = others.find((each) =>
    number === undefined ? each.status === 'building' : each.number === number,
  );
  if (other) return { served, other };
  if (number !== undefined) throw new OrderRefused(numberless(generations, name, number));
  throw new OrderRefused(
    `${name} has no new generation to swap to; build one with "rebuild ${name}"` +
      (others.length > 0 ? `, or go back to the one served before with "rollback ${name}"` : ''),
  );
}

/** The generation that was served before. @throws OrderRefused */
export function rollbackTarget(generations: readonly FedGeneration[], name: string): Facing {
  const served = servedOf(generations, name);
  const other = generations.find((each) => each.status === 'kept');
  if (other) return { served, other };
  throw new OrderRefused(`${name} has no kept generation to go back to`);
}

/** The one of that number, else those that are kept. @throws OrderRefused */
export function retireTargets(
  generations: readonly FedGeneration[],
  name: string,
  number?: number,
): FedGeneration[] {
  const targets = generations.filter((each) =>
    number === undefined ? each.status === 'kept' : each.number === number,
  );
  if (targets.some((each) => each.status === 'served'))
    throw new OrderRefused(`generation ${number} of ${name} is served; swap to another one first`);
  if (targets.length > 0) return targets;
  if (number !== undefined) throw new OrderRefused(numberless(generations, name, number));
  const builds = generations.filter((each) => each.status === 'building').map((each) => each.number);
  throw new OrderRefused(
    `${name} has no kept generation` +
      (builds.length > 0 ? `; to give up one that is being built, name it: ${builds.join(', ')}` : ''),
  );
}

function servedOf(generations: readonly FedGeneration[], name: string): FedGeneration {
  const served = generations.find((each) => each.status === 'served');
  if (served) return served;
  throw new OrderRefused(
    generations.length === 0
      ? `there is no projection ${name}`
      : `${name} is not served yet; it will be when its first build is complete`,
  );
}

function numberless(generations: readonly FedGeneration[], name: string, number: number): string {
  const served = generations.find((each) => each.status === 'served');
  if (served?.number === number) return `generation ${number} of ${name} is the served one already`;
  const there = generations.map((each) => each.number).sort((a, b) => a - b);
  return `${name} has no generation ${number}; there are ${there.join(', ')}`;
}
