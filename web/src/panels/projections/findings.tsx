import { useState } from 'react';
import { formatDayMedium, formatNumber } from '../../format.js';
import type { LastVerificationQuery } from '../../gql/graphql.js';

const LISTED = 20;

type Finding = LastVerificationQuery['verification'][number]['findings'][number];

/** What a verification found, one line for each kind of drift. */
export function Findings({ findings, total }: { findings: readonly Finding[]; total: number }) {
  const [listed, setListed] = useState(LISTED);
  return (
    <div className="table-wide" tabIndex={0} role="region" aria-label="What drifts">
      <table className="values">
        <thead>
          <tr>
            <th scope="col">Where</th>
            <th scope="col">Drift</th>
            <th scope="col">Rows</th>
            <th scope="col">Log</th>
            <th scope="col">Recorded</th>
            <th scope="col">Since</th>
          </tr>
        </thead>
        <tbody>
          {findings.slice(0, listed).map((finding, index) => (
            <tr key={index}>
              <th scope="row">{whereOf(finding)}</th>
              <td>{finding.what.replaceAll('_', ' ')}</td>
              <td>{formatNumber(finding.rows)}</td>
              <td>{finding.fromLog ?? '–'}</td>
              <td>{finding.recorded ?? '–'}</td>
              <td>{finding.since ?? '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {findings.length > listed && (
        <button type="button" className="button quiet" onClick={() => setListed(listed + 5 * LISTED)}>
          Show more of {formatNumber(total)}
        </button>
      )}
    </div>
  );
}

const whereOf = ({ kind, projection, day, measure, partition }: Finding): string =>
  [projection ?? kind.replaceAll('_', ' '), measure, day && formatDayMedium(day), `partition ${partition}`]
    .filter((part) => part !== null)
    .join(', ');
