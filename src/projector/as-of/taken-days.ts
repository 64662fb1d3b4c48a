import type { ClientBase } from 'pg';
import { dayOf, daysWithin } from '#projection/calendar.js';
import { shapeOf, type KeyColumn, type Shape } from '#projection/shape.js';
import { projectionOf, type Engine } from '../engine.js';
import { GenerationsChanged, sqlState } from '../errors.js';
import { isOfOtherBotList } from '../reproject/bot-list.js';
import { keptSets } from '../reproject/kept-sets.js';
import { daysFrom } from '../reproject/site-blocks.js';
import type { SpareSet } from '../reproject/spare-sets.js';
import { transactionOn } from '../session.js';
import { findSite } from '../sites.js';
import { DAILY, eventsIn } from './past-progress.js';
import type { Past } from './past-sets.js';

const HOUR = 3_600_000;
/** A generation that was retired and dropped, which no snapshot prevents, and rows that another process has written. */
const CHANGED = new Set(['42P01', '23505']);
/** Days whose rows are taken with one statement. */
const AT_ONCE = 7;

/** A row set of the past, and one of the same generation whose days it takes. */
interface Pair {
  readonly set: SpareSet;
  readonly shape: Shape;
  /** The key that says the day. */
  readonly key: KeyColumn;
  readonly base: number;
}

/** Row sets of the settings of then, and how far in the log all of them have everything. */
interface Base {
  readonly sequence: number;
  readonly rowSets: ReadonlyMap<number, number>;
}

/** A day or an hour that the row set has rows of from which they are taken. */
interface Moment {
  /** As PostgreSQL reads it. */
  readonly text: string;
  /** Of the site's zone, in which its events may lie. */
  readonly days: readonly string[];
}

/**
 * Under the same settings a day to which nothing was added since is what it was. The empty row sets get those days from the
 * served ones, or from those that are kept of the settings of then, all of one snapshot, and only the others remain to be
 * folded from the log.
 * @param alive called between statements; by throwing it ends it all
 * @returns whether they did; else nothing was done, and everything is to be folded
 * @throws GenerationsChanged
 */
export async function takeDays(
  engine: Engine,
  client: ClientBase,
  past: Past,
  sets: readonly SpareSet[],
  alive: () => Promise<void>,
): Promise<boolean> {
  const work = async () => {
    await client.query('SET LOCAL statement_timeout = 0');
    const { site, end } = past;
    const { timeZone } = site.settings;
    const generations = sets.map(({ generation }) => generation.id);
    const base = await baseOf(client, past, generations);
    const pairs = base && pairsOf(engine, base, sets);
    // Of these days the one has events, or may have some, that the other has not.
    const from = Math.min(end.sequence, base?.sequence ?? 0);
    const differing = pairs && (await daysFrom(engine, client, site, from, generations));
    if (!differing) return false;
    const days = new Set(differing.flatMap((day) => daysWithin(day, timeZone)));
    const moments: Moment[][] = [];
    for (const pair of pairs) moments.push(await momentsOf(client, pair, timeZone));
    joinHours(days, moments.flat());
    for (const [i, pair] of pairs.entries()) {
      const kept = (moments[i] ?? []).filter((moment) => !moment.days.some((day) => days.has(day)));
      const atOnce = pair.key.type === 'date' ? AT_ONCE : 24 * AT_ONCE;
      for (let from = 0; from < kept.length; from += atOnce) {
        await alive();
        await take(client, pair, kept.slice(from, from + atOnce));
      }
    }
    await alive();
    const daily = sets.find(({ generation }) => generation.projection === DAILY);
    const events = daily ? await eventsIn(engine, client, daily.generation, daily.rowSet) : 0;
    // Held from here on only. Whoever settled a dead letter of the site since the snapshot has changed these rows: this fails.
    const { rowCount } = await client.query(
      `UPDATE spare_row_set SET days = $2::date[], events = $3
       WHERE row_set = ANY ($1::int[]) AND job_id = $4 AND sequence = 0 AND days IS NULL`,
      [sets.map(({ rowSet }) => rowSet), [...days], events, past.job],
    );
    if (rowCount !== sets.length) throw new GenerationsChanged('another process has begun to fill them');
    return true;
  };
  try {
    return await transactionOn(client, work, 'BEGIN ISOLATION LEVEL REPEATABLE READ');
  } catch (error) {
    if (!CHANGED.has(sqlState(error))) throw error;
    throw new GenerationsChanged('the row sets or their generation changed meanwhile', { cause: error });
  }
}

/** What is served, or else what is kept from when the settings were these. */
async function baseOf(
  client: ClientBase,
  { site }: Past,
  generations: readonly number[],
): Promise<Base | undefined> {
  const { timeZone, rules } = site.settings;
  const served = (await findSite(client, site.settings.id))?.settings;
  const same = served?.timeZone === timeZone && JSON.stringify(served.rules) === JSON.stringify(rules);
  if (same && !(await isOfOtherBotList(client, site.id))) {
    const { rows } = await client.query<{ id: number; row_set: number }>(
      'SELECT generation_id AS id, row_set FROM row_set WHERE site_id = $1',
      [site.id],
    );
    return { sequence: Infinity, rowSets: new Map(rows.map((row) => [row.id, row.row_set])) };
  }
  const kept = await keptSets(client, site, generations);
  if (kept.length < generations.length) return undefined;
  const sequence = Math.min(...kept.map((each) => each.sequence));
  return { sequence, rowSets: new Map(kept.map(({ generation, rowSet }) => [generation, rowSet])) };
}

/** Undefined where a read model is not by day, or a row set is lacking. */
function pairsOf(engine: Engine, { rowSets }: Base, sets: readonly SpareSet[]): Pair[] | undefined {
  const pairs = sets.flatMap((set): Pair[] => {
    const projection = projectionOf(engine, set.generation);
    const shape = projection && shapeOf(projection, set.generation.number);
    const key = shape?.keys.find(({ type }) => type === 'date' || type === 'timestamptz');
    const base = rowSets.get(set.generation.id);
    return shape && key && base !== undefined ? [{ set, shape, key, base }] : [];
  });
  return pairs.length === sets.length ? pairs : undefined;
}

async function momentsOf(
  client: ClientBase,
  { shape, key, base }: Pair,
  timeZone: string,
): Promise<Moment[]> {
  const isDay = key.type === 'date';
  const value = isDay ? `${key.column}::text` : `extract(epoch FROM ${key.column})::float8 * 1000`;
  const { rows } = await client.query<{ value: string | number }>(
    `SELECT DISTINCT ${value} AS value FROM ${shape.table} WHERE row_set = $1 ORDER BY 1`,
    [base],
  );
  return rows.map(({ value: at }) => {
    if (typeof at === 'string') return { text: at, days: [at] };
    const days = [at, at + HOUR - 1].map((each) => dayOf(each, timeZone));
    return { text: new Date(at).toISOString(), days };
  });
}

/** Where clocks went back over midnight, an hour may have events of two days: then both are folded, or none. */
function joinHours(days: Set<string>, moments: readonly Moment[]): void {
  const shared = moments.filter((moment) => moment.days[0] !== moment.days[1] && moment.days.length > 1);
  for (let before = -1; before !== days.size;) {
    before = days.size;
    for (const moment of shared)
      if (moment.days.some((day) => days.has(day))) moment.days.forEach((day) => days.add(day));
  }
}

async function take(
  client: ClientBase,
  { set, shape, key, base }: Pair,
  moments: readonly Moment[],
): Promise<void> {
  const keys = shape.keys.map(({ column }) => column);
  const measures = shape.measures.flatMap(({ column, rank = [] }) => [column, ...rank]);
  const tables = [
    { table: shape.table, columns: [...keys, ...measures] },
    ...shape.measures.flatMap((measure) =>
      measure.set === undefined ? [] : [{ table: measure.set, columns: [...keys, 'member'] }],
    ),
  ];
  for (const { table, columns } of tables) {
    const list = columns.join(', ');
    await client.query(
      `INSERT INTO ${table} (row_set, ${list}) SELECT $1, ${list} FROM ${table}
       WHERE row_set = $2 AND ${key.column} = ANY ($3::${key.type}[])`,
      [set.rowSet, base, moments.map(({ text }) => text)],
    );
  }
}
