import { useQuery } from '@apollo/client/react';
import { useState } from 'react';
import { reasonOf } from '../../apollo/reason.js';
import { CompareProjectionDocument } from '../../gql/graphql.js';
import { Icon } from '../../ui/icon.js';
import { Skeleton } from '../../ui/skeleton.js';
import { Comparison } from './comparison.js';

/** Of a very long log all days at once may take longer than the API gives one answer. */
const SPANS = [
  ['All days', 0],
  ['Last 90 days', 90],
  ['Last 30 days', 30],
] as const;

interface Props {
  readonly name: string;
  readonly served: number;
  readonly candidate: number;
  readonly onClose: () => void;
}

interface Range {
  readonly from: string;
  readonly to: string;
}

/** Two generations side by side, as they were at the moment of asking. */
export function ComparePanel({ name, served, candidate, onClose }: Props) {
  const [range, setRange] = useState<Range | null>(null);
  const { data, error, loading, refetch } = useQuery(CompareProjectionDocument, {
    variables: { name, generation: candidate, range },
    // Read anew each time: the two move while events come.
    fetchPolicy: 'no-cache',
    notifyOnNetworkStatusChange: true,
  });
  const found = data?.projectionComparison;
  return (
    <section className="comparison" aria-label={`Comparison of ${name}`} aria-busy={loading}>
      <header>
        <h3>
          Generation {served} and generation {candidate}
        </h3>
        <select
          aria-label="Days to compare"
          onChange={(event) => setRange(lastDays(Number(event.target.value)))}
        >
          {SPANS.map(([label, days]) => (
            <option key={days} value={days}>
              {label}
            </option>
          ))}
        </select>
        <button
          type="button"
          className="button quiet"
          onClick={() => void refetch().catch(() => undefined)}
          aria-disabled={loading}
        >
          <Icon name="retry" />
          {loading ? 'Comparing…' : 'Again'}
        </button>
        <button type="button" className="button quiet" onClick={onClose}>
          Close
        </button>
      </header>
      {found ? (
        <Comparison
          name={name}
          days={found.days}
          unlike={found.unlike}
          examples={found.examples}
          names={[`Served (${served})`, `Generation ${candidate}`]}
        />
      ) : error ? (
        <p className="verdict fault" role="alert">
          Not compared. {reasonOf(error)}
        </p>
      ) : (
        <div className="comparison-wait" role="status">
          <span className="visually-hidden">Comparing</span>
          <Skeleton height="190px" />
        </div>
      )}
    </section>
  );
}

/** UTC days up to tomorrow, which is today already in some sites' zones; null for all of them. */
function lastDays(days: number): Range | null {
  const day = (ahead: number) => new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10);
  return days === 0 ? null : { from: day(1 - days), to: day(1) };
}
