import { useQuery } from '@apollo/client/react';
import { reasonOf } from '../../apollo/reason.js';
import { CompareProjectionDocument } from '../../gql/graphql.js';
import { Icon } from '../../ui/icon.js';
import { Skeleton } from '../../ui/skeleton.js';
import { Comparison } from './comparison.js';

interface Props {
  readonly name: string;
  readonly served: number;
  readonly candidate: number;
  readonly onClose: () => void;
}

/** Two generations side by side, as they were at the moment of asking. */
export function ComparePanel({ name, served, candidate, onClose }: Props) {
  const { data, error, loading, refetch } = useQuery(CompareProjectionDocument, {
    variables: { name, generation: candidate },
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
