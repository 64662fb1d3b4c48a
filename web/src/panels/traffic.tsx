import { lazy, Suspense, useId, useState } from 'react';
import { formatTime, type TimeSeries } from '../charts/time-series.js';
import { formatNumber } from '../format.js';
import type { TrafficPanelFragment } from '../gql/graphql.js';
import { ErrorBoundary } from '../ui/error-boundary.js';
import { Icon } from '../ui/icon.js';
import { Skeleton } from '../ui/skeleton.js';
import { TrafficTable } from './traffic-table.js';

// The chart's code is asked for at once, beside the first data, and not when the data has come.
const chart = import('../charts/time-chart.js');
const TimeChart = lazy(() => chart);

/** Views and visitors over time, as lines or as a table; by hour for short ranges. */
interface Props {
  readonly site: TrafficPanelFragment | undefined;
  readonly now: number;
  readonly today: string;
  readonly timeZone: string;
}

export function TrafficPanel({ site, now, today, timeZone }: Props) {
  const [asTable, setAsTable] = useState(false);
  const title = useId();
  const series = site && toSeries(site, { now, today, timeZone });
  return (
    <section className="card traffic" aria-labelledby={title}>
      <header className="card-header">
        <h2 id={title}>{series?.unit === 'hour' ? 'Views by hour' : 'Views and visitors'}</h2>
        <ul className="legend">
          {(series?.names ?? []).map((name, index) => (
            <li key={name} data-series={index + 1}>
              {name}
            </li>
          ))}
        </ul>
        <button
          type="button"
          className="button quiet"
          disabled={!series}
          onClick={() => setAsTable(!asTable)}
        >
          <Icon name={asTable ? 'line' : 'table'} />
          {asTable ? 'Chart' : 'Table'}
        </button>
      </header>
      <div className="traffic-body">
        {!series ? (
          <ChartSkeleton />
        ) : asTable ? (
          <TrafficTable series={series} />
        ) : (
          // Without the chart's code, say after a failed download, the values are still there to be read.
          <ErrorBoundary fallback={<TrafficTable series={series} />}>
            <Suspense fallback={<ChartSkeleton />}>
              <TimeChart series={series} label={describe(series)} />
            </Suspense>
          </ErrorBoundary>
        )}
      </div>
    </section>
  );
}

const ChartSkeleton = () => <Skeleton height="100%" />;

/** Hours have no visitors of their own in the read models: their second line is the events. */
function toSeries(site: TrafficPanelFragment, { now, today, timeZone }: Omit<Props, 'site'>): TimeSeries {
  if (site.hourlyStats) {
    return {
      unit: 'hour',
      timeZone,
      names: ['Page views', 'Events'],
      running: site.hourlyStats.some(({ hour }) => isRunning(hour, now)),
      points: site.hourlyStats.map(({ hour, pageViews, events }) => {
        const time = new Date(hour);
        // An hour ahead is not a quiet hour.
        return { time, values: time.getTime() > now ? [null, null] : [pageViews, events] };
      }),
    };
  }
  return {
    unit: 'day',
    names: ['Page views', 'Visitors'],
    running: (site.dailyStats ?? []).some(({ day }) => day === today),
    points: (site.dailyStats ?? []).map(({ day, pageViews, uniqueVisitors }) => ({
      time: new Date(day),
      values: [pageViews, uniqueVisitors],
    })),
  };
}

function isRunning(hour: string, now: number): boolean {
  const time = Date.parse(hour);
  return time <= now && now < time + 3_600_000;
}

function describe(series: TimeSeries): string {
  const { points, names, unit } = series;
  const most = points.reduce(
    (best, point) => ((point.values[0] ?? 0) > (best.values[0] ?? 0) ? point : best),
    {
      time: points[0]?.time ?? new Date(0),
      values: [0],
    },
  );
  const span = `${names.join(' and ')} per ${unit}, ${points.length} ${unit}s.`;
  return `${span} Most page views: ${formatNumber(most.values[0] ?? 0)} on ${formatTime(most.time, series)}. The Table button shows every value.`;
}
