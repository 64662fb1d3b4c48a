/** One measure of one day in two generations, all sites in question together. */
export interface DayComparison {
  /** UTC day, or the site's where the projection's key is one; null where no key is a day. */
  readonly day: string | null;
  /** A column; `rows`: how many there are; `<column> members`: who was counted. */
  readonly measure: string;
  /** What the day's values add up to; null where adding up says nothing, or there is no row. */
  readonly served: number | null;
  readonly candidate: number | null;
  /** Whether any row of the day differs, also where the totals are equal. */
  readonly differs: boolean;
}

/** A row that is not the same in both. */
export interface DifferingRow {
  readonly day: string | null;
  readonly site: string;
  /** `rows`, or `<column> members`: of which table it is. */
  readonly of: string;
  readonly key: Readonly<Record<string, unknown>>;
  /** Its measures; null: there is no such row. */
  readonly served: Readonly<Record<string, unknown>> | null;
  readonly candidate: Readonly<Record<string, unknown>> | null;
}

export interface Comparison {
  /** Every day and measure, in order. */
  readonly days: readonly DayComparison[];
  /** Some of the rows that differ, from the first days that do. */
  readonly examples: readonly DifferingRow[];
  /** Columns that only one of the two has, which therefore are not compared. */
  readonly unlike: readonly string[];
}

export interface CompareOptions {
  readonly siteId?: string | undefined;
  /** First and last day, YYYY-MM-DD, both included; without effect on a projection without days. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** Compare who was counted too, not only how many. Default: true. */
  readonly members?: boolean;
  /** Days from which examples are taken; three rows of each. Default: 3. */
  readonly exampleDays?: number;
}
