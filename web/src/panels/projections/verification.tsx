import { useMutation } from '@apollo/client/react';
import { formatMoment, formatNumber } from '../../format.js';
import { VerifyDocument, type LastVerificationQuery } from '../../gql/graphql.js';
import { AskButton } from '../../ui/ask-button.js';
import { Icon } from '../../ui/icon.js';
import { Skeleton } from '../../ui/skeleton.js';
import { Findings } from './findings.js';
import { formatDuration } from './format.js';
import { useOrders } from './orders.js';

export type Verification = LastVerificationQuery['verification'][number];

interface Props {
  /** Null: there was none yet. */
  readonly last: Verification | null | undefined;
  readonly failed: boolean;
}

/** Whether what is recorded equals what the log comes to: the last result, and a way to ask again. */
export function VerificationPanel({ last, failed }: Props) {
  return (
    <section
      className="card verification"
      aria-labelledby="verify-title"
      aria-busy={last === undefined && !failed}
    >
      <header className="card-header">
        <h2 id="verify-title">Verification</h2>
        <VerifyButton />
      </header>
      {last === undefined ? (
        failed ? (
          <p className="verification-result" role="alert">
            The last result could not be loaded. It is asked for again by itself.
          </p>
        ) : (
          <p className="verification-result">
            <Skeleton width="30ch" />
          </p>
        )
      ) : last === null ? (
        <p className="verification-result">
          Nothing has been verified yet. A verification computes everything anew from the log and compares.
        </p>
      ) : (
        <Result last={last} />
      )}
    </section>
  );
}

function Result({ last }: { last: Verification }) {
  const { outcome, events, startedAt, finishedAt, driftRows, findingsTotal, findings, site, from, to } = last;
  const clean = outcome === 'clean';
  const scope = [
    site !== null && `site ${site} alone`,
    from !== null && `from ${from}`,
    to !== null && `to ${to}`,
  ].filter((part) => part !== false);
  const seconds = (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000;
  return (
    <>
      <div className="verification-result" data-outcome={outcome}>
        <Icon name={clean ? 'check' : 'warning'} />
        <p role="status">
          <strong>
            {clean
              ? 'No drift: what is recorded equals the log.'
              : `Drift: ${formatNumber(driftRows)} ${driftRows === 1 ? 'row differs' : 'rows differ'} from the log.`}
          </strong>
          <span className="note">
            {formatNumber(events)} events computed anew in {formatDuration(seconds)},{' '}
            {formatMoment(finishedAt)}
            {scope.length > 0 && `; ${scope.join(', ')}`}
          </span>
        </p>
      </div>
      {findings.length > 0 && <Findings findings={findings} total={findingsTotal} />}
    </>
  );
}

function VerifyButton() {
  const [verify] = useMutation(VerifyDocument);
  const give = useOrders();
  return (
    <AskButton
      label="Verify now"
      icon="check"
      title="Verify everything?"
      confirm="Verify"
      run={() =>
        give('Verify everything', async () => {
          const { data } = await verify();
          return data?.verify.id;
        })
      }
    >
      <p>
        Ledger, duplicates and read models are computed anew from the whole log, in a place of their own, and
        compared with what is recorded. What is served is not touched. It takes about as long as rebuilding
        everything.
      </p>
    </AskButton>
  );
}
