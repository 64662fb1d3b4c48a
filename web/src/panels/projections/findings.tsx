import { useState } from 'react';
import { formatDayMedium, formatNumber } from '../../format.js';
import type { LastVerificationQuery } from '../../gql/graphql.js';

const LISTED = 5;

type Finding = LastVerificationQuery['verification'][number]['findings'][number];

/** What a verification found, one entry for each kind of drift. */
export function Findings({ findings, total }: { findings: readonly Finding[]; total: number }) {
  const [listed, setListed] = useState(LISTED);
  return (
    <>
      <ul className="findings" aria-label="What drifts">
        {findings.slice(0, listed).map((finding, index) => (
          <FindingItem key={index} finding={finding} />
        ))}
      </ul>
      {findings.length > listed && (
        <footer className="card-footer">
          <button type="button" className="button quiet" onClick={() => setListed(listed + 5 * LISTED)}>
            Show more of {formatNumber(total)}
          </button>
        </footer>
      )}
    </>
  );
}

function FindingItem({ finding }: { finding: Finding }) {
  const { kind, what, projection, day, measure, partition, rows, fromLog, recorded, since, example } =
    finding;
  const where = [projection ?? words(kind), measure, day && formatDayMedium(day)].filter(
    (part) => part !== null,
  );
  const facts = [
    ['Rows', formatNumber(rows)],
    ['By the log', figure(fromLog)],
    ['Recorded', figure(recorded)],
    ['Since', since],
    ['Partition', String(partition)],
  ] as const;
  return (
    <li>
      <p>
        <strong>{where.join(', ')}</strong>
        <span className="dot"> · </span>
        {words(what)}
      </p>
      <dl className="facts">
        {facts.map(
          ([name, value]) =>
            value !== null && (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ),
        )}
      </dl>
      {example !== null && <p className="note">For example {example}</p>}
    </li>
  );
}

/** A decimal number as the API gives it; one that is not exact as a double stays as it is. */
const figure = (value: string | null): string | null =>
  value !== null && Number.isSafeInteger(Number(value)) ? formatNumber(Number(value)) : value;

const words = (name: string): string => name.replaceAll('_', ' ');
