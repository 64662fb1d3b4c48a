import { formatDayMedium, formatMoment, formatNumber } from '../../format.js';
import type { LastVerificationQuery } from '../../gql/graphql.js';
import { Icon } from '../../ui/icon.js';
import { Skeleton } from '../../ui/skeleton.js';
import { Findings } from './findings.js';
import { formatDuration } from './format.js';
import { VerifyButton } from './verify-button.js';

type Verification = LastVerificationQuery['verification'][number];

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
          <p className="panel-text" role="alert">
            The last result could not be loaded. It is asked for again by itself.
          </p>
        ) : (
          <p className="panel-text">
            <Skeleton width="30ch" />
          </p>
        )
      ) : last === null ? (
        <p className="panel-text">
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
    from !== null && `from ${formatDayMedium(from)}`,
    to !== null && `to ${formatDayMedium(to)}`,
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
