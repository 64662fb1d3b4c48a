import { lazy, Suspense, useState } from 'react';
import type { TimeSeries } from '../../charts/time-series.js';
import { formatDayMedium, formatNumber } from '../../format.js';
import { ErrorBoundary } from '../../ui/error-boundary.js';
import { Skeleton } from '../../ui/skeleton.js';
import { LISTED, ShowMore, ValuesTable } from '../../ui/values-table.js';
import { Examples, type ExampleRow } from './examples.js';

const TimeChart = lazy(() => import('../../charts/time-chart.js'));

export interface DayComparison {
  /** Null where the projection has no days. */
  readonly day: string | null;
  readonly measure: string;
  readonly served: number | null;
  readonly candidate: number | null;
  readonly differs: boolean;
}

interface Props {
  readonly days: readonly DayComparison[];
  /** Columns that only one of the two has. */
  readonly unlike: readonly string[];
  readonly examples: readonly ExampleRow[];
  readonly name: string;
  /** What `served` and `candidate` are, for the reader. */
  readonly names: readonly [served: string, candidate: string];
}

/** What is served and what would be, per day: said first, then drawn, then each value that differs. */
export function Comparison({ name, days, unlike, examples, names }: Props) {
  const differing = days.filter(({ differs }) => differs);
  const measures = [
    ...new Set(days.filter(({ served, day }) => served !== null && day).map((d) => d.measure)),
  ];
  const [chosen, setChosen] = useState<string>();
  const telling = (list: readonly string[]) => list.find((each) => each !== 'rows') ?? list[0];
  const measure =
    chosen ??
    telling(measures.filter((each) => differing.some((day) => day.measure === each))) ??
    telling(measures);
  const compared = new Set(days.map(({ day }) => day)).size;
  return (
    <>
      <p className="verdict" role="status" data-differs={differing.length > 0}>
        {verdict(differing, compared)}
        {unlike.length > 0 && ` Not compared, because only one of them has it: ${unlike.join(', ')}.`}
      </p>
      {measure !== undefined && compared > 1 && (
        <>
          <div className="comparison-head">
            <label>
              <span className="visually-hidden">Measure</span>
              <select value={measure} onChange={(event) => setChosen(event.target.value)}>
                {measures.map((each) => (
                  <option key={each}>{each}</option>
                ))}
              </select>
            </label>
            <ul className="legend">
              {names.map((name, index) => (
                <li key={name} data-series={index + 1}>
                  {name}
                </li>
              ))}
            </ul>
          </div>
          <div className="comparison-chart">
            <ErrorBoundary fallback={null}>
              <Suspense fallback={<Skeleton height="100%" />}>
                <TimeChart
                  series={toSeries(days, measure, names)}
                  label={`${measure} per day, ${names.join(' and ')}, ${compared} days`}
                />
              </Suspense>
            </ErrorBoundary>
          </div>
        </>
      )}
      {differing.length > 0 && <Differences name={name} differing={differing} names={names} />}
      {examples.length > 0 && <Examples examples={examples} names={names} />}
    </>
  );
}

function verdict(differing: readonly DayComparison[], compared: number): string {
  const days = (count: number) => `${formatNumber(count)} ${count === 1 ? 'day' : 'days'}`;
  if (compared === 0) return 'No difference: both are empty.';
  if (differing.length === 0) return `No difference: all rows of ${days(compared)} are the same.`;
  return `${days(new Set(differing.map(({ day }) => day)).size)} of ${formatNumber(compared)} differ.`;
}

function Differences(props: Pick<Props, 'name' | 'names'> & { differing: readonly DayComparison[] }) {
  const { name, differing, names } = props;
  const [listed, setListed] = useState(LISTED);
  const rows = differing.slice(0, listed);
  return (
    <ValuesTable
      label={`What differs in ${name}`}
      columns={['Day', 'Measure', ...names, 'Change']}
      below={<ShowMore listed={listed} all={differing.length} onMore={setListed} />}
    >
      {rows.map(({ day, measure, served, candidate }) => (
        <tr key={`${day} ${measure}`}>
          <th scope="row">{day === null ? 'All' : formatDayMedium(day)}</th>
          <td>{measure}</td>
          <td>{figure(served)}</td>
          <td>{figure(candidate)}</td>
          <td>{change(served, candidate)}</td>
        </tr>
      ))}
    </ValuesTable>
  );
}

const figure = (value: number | null): string => (value === null ? '–' : formatNumber(value));

function change(served: number | null, candidate: number | null): string {
  const by = (candidate ?? 0) - (served ?? 0);
  // Totals may agree where rows do not: two paths that swapped their views, say.
  return by === 0 ? 'rows differ' : `${by > 0 ? '+' : '−'}${formatNumber(Math.abs(by))}`;
}

function toSeries(days: readonly DayComparison[], measure: string, names: Props['names']): TimeSeries {
  const points = days.filter((each) => each.measure === measure && each.day !== null);
  return {
    unit: 'day',
    names,
    running: false,
    over: true,
    points: points.map(({ day, served, candidate, differs }) => ({
      time: new Date(day ?? 0),
      values: [served ?? 0, candidate ?? 0],
      marked: differs,
    })),
  };
}
