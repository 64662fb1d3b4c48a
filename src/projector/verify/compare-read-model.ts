import pg from 'pg';
import { shapeOf, type MeasureColumn, type Shape } from '#projection/shape.js';
import type { Projection } from '#projection/types.js';
import type { Found } from './findings.js';
import { SINCE_COLUMN } from './recompute.js';
import type { Scratch } from './scratch.js';

/** Days of the site's zone, both included. */
export interface Days {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export interface ComparedSite {
  readonly id: number;
  readonly timeZone: string;
  /** Where the served generation has the site's rows; null where it has none. */
  readonly rowSet: number | null;
}

interface Drift {
  readonly day: string | null;
  readonly rows: number;
  readonly missing: number;
  readonly missing_since: number | null;
  readonly extra: number;
  readonly example: string | null;
  readonly measures: readonly {
    readonly rows: number;
    readonly since: number | null;
    readonly log: string | null;
    readonly recorded: string | null;
  }[];
}

/** One read model: the tables in scratch (`number`) against the served ones (`served`). */
export class ReadModelComparison {
  private readonly mine: Shape;
  private readonly theirs: Shape;

  constructor(
    private readonly scratch: Scratch,
    private readonly projection: Projection,
    number: number,
    served: number,
    private readonly days: Days,
  ) {
    this.mine = shapeOf(projection, number);
    this.theirs = shapeOf(projection, served);
  }

  /** What differs in the rows of one site, by day and measure. */
  async site(site: ComparedSite): Promise<Found[]> {
    const found = await this.rows(site);
    for (const measure of this.mine.measures)
      if (measure.set !== undefined) found.push(...(await this.members(site, measure)));
    return found;
  }

  /** Rows of the served tables that belong to no site, and are not kept or filled beside what is served either. */
  async orphans(generationId: number): Promise<Found[]> {
    const { client, home } = this.scratch;
    const found: Found[] = [];
    for (const { set } of [{ set: this.theirs.table }, ...this.theirs.measures]) {
      if (set === undefined) continue;
      const { rows } = await client.query<{ extra: number; example: string }>(
        `SELECT count(*) AS extra, min(to_jsonb(t)::text) AS example FROM ${home}.${set} t
         WHERE NOT EXISTS (SELECT FROM ${home}.row_set r WHERE r.row_set = t.row_set AND r.generation_id = $1)
           AND NOT EXISTS (SELECT FROM ${home}.spare_row_set r WHERE r.row_set = t.row_set)`,
        [generationId],
      );
      const [{ extra, example } = { extra: 0, example: null }] = rows;
      if (extra > 0) found.push({ ...this.finding('extra', null), measure: 'rows', rows: extra, example });
    }
    return found;
  }

  private async rows(site: ComparedSite): Promise<Found[]> {
    const { measures } = this.theirs;
    const differ = measures.map((measure) => differs(measure));
    const wrong = ['s.row_set IS NULL', 't.row_set IS NULL', ...differ].join(' OR ');
    const figures = measures.map(
      (measure, i) => `json_build_object('rows', count(*) FILTER (WHERE ${differ[i] ?? ''}),
        'since', min(s.${SINCE_COLUMN}) FILTER (WHERE ${differ[i] ?? ''}),
        'log', ${total('s', measure)}, 'recorded', ${total('t', measure)})`,
    );
    const { rows } = await this.scratch.client.query<Drift>(
      `SELECT ${this.day(site)} AS day, count(*) AS rows,
         count(*) FILTER (WHERE t.row_set IS NULL) AS missing,
         min(s.${SINCE_COLUMN}) FILTER (WHERE t.row_set IS NULL) AS missing_since,
         count(*) FILTER (WHERE s.row_set IS NULL) AS extra,
         min(${this.example()}) AS example, json_build_array(${figures.join(', ')}) AS measures
       FROM ${this.joined(site, this.mine.table, this.theirs.table, [])} WHERE ${wrong} GROUP BY 1 ORDER BY 1`,
      [site.id, site.rowSet],
    );
    return rows.flatMap((drift) => this.ofDay(drift));
  }

  private ofDay({ day, rows, missing, missing_since, extra, example, measures }: Drift): Found[] {
    const found: Found[] = [];
    measures.forEach((each, i) => {
      const measure = this.theirs.measures[i]?.column ?? '';
      const { log: fromLog, recorded, since } = each;
      if (each.rows > 0)
        found.push({
          ...this.finding('differs', day),
          measure,
          rows: each.rows,
          fromLog,
          recorded,
          since,
          example,
        });
    });
    const whole = { measure: 'rows', example };
    if (missing > 0)
      found.push({ ...this.finding('missing', day), ...whole, rows: missing, since: missing_since });
    if (extra > 0) found.push({ ...this.finding('extra', day), ...whole, rows: extra });
    return found.map((each, i) => ({ ...each, drifting: i === 0 ? rows : 0 }));
  }

  private async members(site: ComparedSite, { column, set }: MeasureColumn): Promise<Found[]> {
    const theirs = this.theirs.measures.find((each) => each.column === column)?.set ?? '';
    const same = this.mine.keys.map((key) => ` AND m.${key.column} = j.${key.column}`).join('');
    // A member's own first event is not kept; that of its row stands for it.
    const since = `(SELECT m.${SINCE_COLUMN} FROM ${this.mine.table} m WHERE m.row_set = $1${same})`;
    const columns = [...this.mine.keys.map((key) => key.column), 'member'];
    const { rows } = await this.scratch.client.query<
      Omit<Drift, 'rows' | 'measures'> & { extra_since: number | null }
    >(
      `SELECT ${this.day(site)} AS day, count(*) FILTER (WHERE missing) AS missing, count(*) FILTER (WHERE extra) AS extra,
         min(${since}) FILTER (WHERE missing) AS missing_since, min(${since}) FILTER (WHERE extra) AS extra_since,
         min(${this.example(['member'])}) AS example
       FROM (SELECT ${columns.join(', ')}, t.row_set IS NULL AS missing, s.row_set IS NULL AS extra
             FROM ${this.joined(site, set ?? '', theirs, ['member'])}
             WHERE s.row_set IS NULL OR t.row_set IS NULL) j GROUP BY 1 ORDER BY 1`,
      [site.id, site.rowSet],
    );
    return rows.flatMap(({ day, missing, missing_since, extra, extra_since, example }) => {
      const of = { measure: `${column} members`, example };
      const found: Found[] = [];
      if (missing > 0)
        found.push({ ...this.finding('missing', day), ...of, rows: missing, since: missing_since });
      if (extra > 0) found.push({ ...this.finding('extra', day), ...of, rows: extra, since: extra_since });
      return found;
    });
  }

  private finding(what: string, day: string | null): Pick<Found, 'kind' | 'what' | 'projection' | 'day'> {
    return { kind: 'read_model', what, projection: this.projection.name, day };
  }

  /** Both tables' rows of the site, side by side by their keys. */
  private joined(site: ComparedSite, mine: string, theirs: string, more: readonly string[]): string {
    const keys = [...this.mine.keys.map((key) => key.column), ...more];
    const within = this.within(site);
    const on = keys.length > 0 ? `USING (${keys.join(', ')})` : 'ON true';
    return `(SELECT * FROM ${mine} WHERE row_set = $1::int${within}) s
      FULL JOIN (SELECT * FROM ${this.scratch.home}.${theirs} WHERE row_set = $2::int${within}) t ${on}`;
  }

  /** A read model without days is compared whole. */
  private within(site: ComparedSite): string {
    const { from, to } = this.days;
    const date = this.mine.keys.find((key) => key.type === 'date');
    const day = date?.column ?? this.day(site);
    if (day === NO_DAY) return '';
    const bound = (sign: string, to: string | undefined) =>
      to === undefined ? '' : ` AND ${day} ${sign} ${pg.escapeLiteral(to)}`;
    return bound('>=', from) + bound('<=', to);
  }

  private day({ timeZone }: ComparedSite): string {
    const { keys } = this.mine;
    const date = keys.find((key) => key.type === 'date');
    if (date) return `to_char(${date.column}, 'YYYY-MM-DD')`;
    const time = keys.find((key) => key.type === 'timestamptz');
    return time ? `to_char(${time.column} AT TIME ZONE ${pg.escapeLiteral(timeZone)}, 'YYYY-MM-DD')` : NO_DAY;
  }

  private example(more: readonly string[] = []): string {
    const columns = [...this.mine.keys.map((key) => key.column), ...more];
    return `json_build_object(${columns.map((column) => `'${column}', ${column}`).join(', ')})::text`;
  }
}

const NO_DAY = 'NULL::text';

function differs({ column, rank }: MeasureColumn): string {
  const columns = [column, ...(rank ?? [])];
  const row = (side: string) => `(${columns.map((each) => `${side}.${each}`).join(', ')})`;
  return columns.length === 1
    ? `s.${column} IS DISTINCT FROM t.${column}`
    : `${row('s')} IS DISTINCT FROM ${row('t')}`;
}

/** Only what is added up can be added up. */
function total(side: string, measure: MeasureColumn): string {
  if (measure.kind !== 'sum' && measure.kind !== 'distinct') return 'NULL';
  return `sum(${side}.${measure.column}) FILTER (WHERE ${differs(measure)})::text`;
}
