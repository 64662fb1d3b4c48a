import { useQuery } from '@apollo/client/react';
import { lazy, Suspense, useState } from 'react';
import { useToday } from '../../controls/clock.js';
import { formatChange, formatDayMedium, formatNumber } from '../../format.js';
import { DaysBetweenDocument, type PreviewFragment } from '../../gql/graphql.js';
import { ErrorBoundary } from '../../ui/error-boundary.js';
import { Skeleton } from '../../ui/skeleton.js';
import { LISTED, ShowMore, ValuesTable } from '../../ui/values-table.js';
import { beforeAndAfter, MEASURES, spanOf, type MeasureName } from './preview-days.js';

const TimeChart = lazy(() => import('../../charts/time-chart.js'));

const NAMES = ['Before', 'After'] as const;

interface Props {
  readonly siteId: string;
  readonly timeZone: string;
  readonly preview: PreviewFragment;
}

/** Before and after: in all, drawn per day, then each day and each path that differs. */
export function PreviewResult({ siteId, timeZone, preview }: Props) {
  const { total, days, paths } = preview;
  const [measure, setMeasure] = useState<MeasureName>('pageViews');
  if (days.length === 0 && paths.length === 0) {
    return (
      <p className="verdict" role="status">
        It would change nothing: every figure stays as it is.
      </p>
    );
  }
  return (
    <>
      <p className="verdict" role="status">
        <strong>{formatChange(total.before.pageViews, total.after.pageViews)}</strong> page views,{' '}
        <strong>{formatChange(total.before.events, total.after.events)}</strong> events over all days.
      </p>
      {days.length > 0 && (
        <>
          <div className="comparison-head">
            <label>
              <span className="visually-hidden">Measure</span>
              <select value={measure} onChange={(event) => setMeasure(event.target.value as MeasureName)}>
                {MEASURES.map(({ name, label }) => (
                  <option key={name} value={name}>
                    {label}
                  </option>
                ))}
              </select>
            </label>
            <ul className="legend">
              {NAMES.map((name, index) => (
                <li key={name} data-series={index + 1}>
                  {name}
                </li>
              ))}
            </ul>
          </div>
          <Chart siteId={siteId} timeZone={timeZone} days={days} measure={measure} />
          <Days days={days} />
        </>
      )}
      {paths.length > 0 && <Paths paths={paths} />}
    </>
  );
}

interface ChartProps extends Pick<Props, 'siteId' | 'timeZone'> {
  readonly days: PreviewFragment['days'];
  readonly measure: MeasureName;
}

function Chart({ siteId, timeZone, days, measure }: ChartProps) {
  const range = spanOf(days, useToday(timeZone));
  // Days that stay as they are belong to the picture, and are what is served.
  const { data } = useQuery(DaysBetweenDocument, { variables: { siteId, range }, fetchPolicy: 'no-cache' });
  const label = MEASURES.find(({ name }) => name === measure)?.label ?? measure;
  return (
    <div className="comparison-chart">
      <ErrorBoundary fallback={null}>
        <Suspense fallback={<Skeleton height="100%" />}>
          <TimeChart
            series={{
              unit: 'day',
              names: NAMES,
              running: false,
              over: true,
              points: beforeAndAfter(days, data?.site?.dailyStats ?? [], measure),
            }}
            label={`${label} per day, before and after`}
          />
        </Suspense>
      </ErrorBoundary>
    </div>
  );
}

function Days({ days }: Pick<ChartProps, 'days'>) {
  const [listed, setListed] = useState(LISTED);
  return (
    <ValuesTable
      label="Days that change"
      columns={['Day', 'Page views', 'After', 'Change', 'Visitors', 'After']}
      below={<ShowMore listed={listed} all={days.length} onMore={setListed} />}
    >
      {days.slice(0, listed).map(({ day, before, after }) => (
        <tr key={day}>
          <th scope="row">{formatDayMedium(day)}</th>
          <td>{formatNumber(before.pageViews)}</td>
          <td>{formatNumber(after.pageViews)}</td>
          <td>{formatChange(before.pageViews, after.pageViews)}</td>
          <td>{formatNumber(before.uniqueVisitors)}</td>
          <td>{formatNumber(after.uniqueVisitors)}</td>
        </tr>
      ))}
    </ValuesTable>
  );
}

function Paths({ paths }: { paths: PreviewFragment['paths'] }) {
  const [listed, setListed] = useState(LISTED);
  const views = (of: number | null) => (of === null ? '–' : formatNumber(of));
  return (
    <ValuesTable
      label="Paths that change most"
      columns={['Path', 'Views', 'After', 'Change']}
      below={<ShowMore listed={listed} all={paths.length} onMore={setListed} />}
    >
      {paths.slice(0, listed).map(({ path, before, after }) => (
        <tr key={path}>
          <th scope="row">
            <bdi>{path}</bdi>
          </th>
          <td>{views(before)}</td>
          <td>{views(after)}</td>
          <td>{formatChange(before ?? 0, after ?? 0)}</td>
        </tr>
      ))}
    </ValuesTable>
  );
}
