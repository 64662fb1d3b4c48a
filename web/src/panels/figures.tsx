import { formatNumber, formatRange, formatRatio } from '../format.js';
import type { FiguresPanelFragment } from '../gql/graphql.js';
import { Skeleton } from '../ui/skeleton.js';
import { Change } from './change.js';

type Figures = FiguresPanelFragment['totals']['current'];

const FIGURES: readonly { key: keyof Figures; label: string; format: (value: number | null) => string }[] = [
  { key: 'pageViews', label: 'Page views', format: count },
  { key: 'uniqueVisitors', label: 'Unique visitors', format: count },
  { key: 'events', label: 'Events', format: count },
  { key: 'viewsPerVisitor', label: 'Views per visitor', format: formatRatio },
];

function count(value: number | null): string {
  return formatNumber(value ?? 0);
}

/** The range's four figures, each with its change against the equally long range before it. */
export function FiguresPanel({ site }: { site: FiguresPanelFragment | undefined }) {
  return (
    <section className="card figures" aria-labelledby="figures-title">
      <h2 id="figures-title" className="visually-hidden">
        Figures
      </h2>
      <dl>
        {FIGURES.map(({ key, label, format }) => (
          <div key={key} className="figure" data-figure={key}>
            <dt>{label}</dt>
            <dd className="figure-value">
              {site ? format(site.totals.current[key]) : <Skeleton width="5ch" />}
            </dd>
            <dd className="figure-change">
              {site ? (
                <Change
                  current={site.totals.current[key]}
                  previous={site.totals.previous[key]}
                  format={format}
                  period={formatRange(site.totals.previousRange)}
                />
              ) : (
                <Skeleton width="9ch" />
              )}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
