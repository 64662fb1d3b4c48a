import { formatNumber } from '../../format.js';
import type { DeadLettersQuery } from '../../gql/graphql.js';
import { Skeleton } from '../../ui/skeleton.js';
import { DeadLetterItem } from './dead-letter.js';
import { DiscardButton, RetryButton } from './dead-letter-orders.js';

/** The API's own bound on one page of them. */
const MOST = 200;
export const LETTERS_AT_FIRST = 20;

interface Props {
  readonly letters: DeadLettersQuery['deadLetters'] | undefined;
  readonly failed: boolean;
  readonly first: number;
  readonly onFirst: (first: number) => void;
}

/** What could not be projected, by reason, to be tried again or left out for good. */
export function DeadLettersPanel({ letters, failed, first, onFirst }: Props) {
  return (
    <section className="card letters" aria-labelledby="letters-title" aria-busy={!letters && !failed}>
      <header className="card-header">
        <h2 id="letters-title">Dead letters</h2>
        <p className="note">Events that could not be projected; all others go on</p>
      </header>
      {letters ? (
        letters.totalCount === 0 ? (
          <p className="letters-none" role="status">
            None: every event of the log is in the figures.
          </p>
        ) : (
          <Letters letters={letters} first={first} onFirst={onFirst} />
        )
      ) : failed ? (
        <p className="letters-none" role="alert">
          The dead letters could not be loaded. They are asked for again by themselves.
        </p>
      ) : (
        <div className="letters-none">
          <Skeleton width="40ch" />
        </div>
      )}
    </section>
  );
}

function Letters({
  letters: { nodes, totalCount },
  first,
  onFirst,
}: Pick<Props, 'first' | 'onFirst'> & { letters: DeadLettersQuery['deadLetters'] }) {
  const reasons = [...new Set(nodes.map(({ reason }) => reason))];
  return (
    <>
      {reasons.map((reason) => {
        const group = nodes.filter((letter) => letter.reason === reason);
        const title = `letters-${reason}`;
        return (
          <section key={reason} className="letter-group" aria-labelledby={title}>
            <header>
              <h3 id={title} className="mono">
                {reason}
              </h3>
              {group.some(({ retryable }) => retryable) && (
                <RetryButton
                  label="Retry all"
                  selection={{ reason }}
                  what={`all with the reason ${reason}`}
                />
              )}
              <DiscardButton
                label="Discard all"
                selection={{ reason }}
                what={`all with the reason ${reason}`}
              />
            </header>
            <ul>
              {group.map((letter) => (
                <DeadLetterItem key={letter.id} letter={letter} />
              ))}
            </ul>
          </section>
        );
      })}
      <footer className="card-footer">
        <p role="status">
          {nodes.length === totalCount
            ? `${formatNumber(totalCount)} ${totalCount === 1 ? 'dead letter' : 'dead letters'}`
            : `${formatNumber(nodes.length)} of ${formatNumber(totalCount)} dead letters, newest first`}
        </p>
        {nodes.length < Math.min(totalCount, MOST) && (
          <button type="button" className="button quiet" onClick={() => onFirst(Math.min(MOST, first * 3))}>
            Show more
          </button>
        )}
      </footer>
    </>
  );
}
