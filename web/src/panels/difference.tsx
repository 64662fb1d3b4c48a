import { lazy, Suspense, useId } from 'react';
import type { TimeSeries } from '../charts/time-series.js';
import { formatMoment, formatNumber } from '../format.js';
import type { DifferencePanelFragment } from '../gql/graphql.js';
import { ErrorBoundary } from '../ui/error-boundary.js';
import { Skeleton } from '../ui/skeleton.js';
import { TrafficTable } from './traffic-table.js';

const TimeChart = lazy(() => import('../charts/time-chart.js'));

type Difference = DifferencePanelFragment['difference'];

/** Page views then against now, and why they differ. */
export function DifferencePanel({ then }: { then: DifferencePanelFragment | undefined }) {
  const title = useId();
  return (
    <section className="card difference" aria-labelledby={title}>
      <header className="card-header">
        <h2 id={title}>Then and now</h2>
        <ul className="legend">
          <li data-series={1}>Page views then</li>
          <li data-series={2}>Now</li>
        </ul>
      </header>
      {then ? <Explained difference={then.difference} /> : <Skeleton height="240px" />}
    </section>
  );
}

function Explained({ difference }: { difference: Difference }) {
  const { then, now, arrived, settings, changes } = difference;
  const series: TimeSeries = {
    unit: 'day',
    names: ['Page views then', 'Now'],
    running: false,
    over: true,
    points: difference.days.map((each) => ({
      time: new Date(each.day),
      values: [each.then.pageViews, each.now.pageViews],
      marked: each.then.pageViews !== each.now.pageViews,
    })),
  };
  const label = `Page views per day then and now: ${formatNumber(then.pageViews)} then, ${formatNumber(now.pageViews)} now.`;
  return (
    <>
      <dl className="difference-sums">
        <Sum name="Then" value={formatNumber(then.pageViews)} />
        <Sum name="Arrived since" value={signed(arrived.pageViews)} />
        <Sum name="By other settings" value={signed(settings.pageViews)} />
        <Sum name="Now" value={formatNumber(now.pageViews)} />
      </dl>
      <div className="traffic-body">
        <ErrorBoundary fallback={<TrafficTable series={series} />}>
          <Suspense fallback={<Skeleton height="100%" />}>
            <TimeChart series={series} label={label} />
          </Suspense>
        </ErrorBoundary>
      </div>
      {changes.length > 0 && (
        <ul className="difference-changes">
          {changes.map(({ sequence, at, actor, settings: changed }) => (
            <li key={sequence}>
              {changed
                .map(({ setting, before, after }) => `${setting}: ${before ?? 'none'} → ${after ?? 'none'}`)
                .join(', ')}{' '}
              <span className="note">
                {actor}, {formatMoment(at)}
              </span>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function Sum({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

const signed = (value: number): string =>
  value > 0 ? `+${formatNumber(value)}` : value < 0 ? `−${formatNumber(-value)}` : '0';
