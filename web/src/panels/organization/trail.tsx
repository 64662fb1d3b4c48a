import { useQuery } from '@apollo/client/react';
import { useState } from 'react';
import { ignore, useRetry } from '../../apollo/use-retry.js';
import { formatMoment } from '../../format.js';
import { OrganizationTrailDocument } from '../../gql/graphql.js';
import { ListPanel } from '../list-panel.js';
import { ValuesTable } from '../../ui/values-table.js';

const AT_FIRST = 10;
/** The API's own bound on one page of it. */
const MOST = 200;

/** Who changed members, roles and keys. */
export function TrailPanel() {
  const [first, setFirst] = useState(AT_FIRST);
  const { data, previousData, error, refetch } = useQuery(OrganizationTrailDocument, {
    // One more says whether there are more.
    variables: { first: Math.min(MOST, first + 1) },
    fetchPolicy: 'cache-and-network',
  });
  useRetry(error, () => void refetch().catch(ignore));
  const entries = (data ?? previousData)?.organizationTrail;
  return (
    <ListPanel
      id="trail"
      title="Trail"
      note="Who changed members, roles and keys, newest first"
      items={entries && entries.length > 0 ? [entries.slice(0, first)] : entries && []}
      error={error}
      empty="Nothing was changed yet."
      footer={
        entries &&
        entries.length > first && (
          <button type="button" className="button quiet" onClick={() => setFirst(Math.min(MOST, first * 3))}>
            Show earlier ones
          </button>
        )
      }
    >
      {(rows) => (
        <li key="rows">
          <ValuesTable label="Changes of the organization" columns={['When', 'Who', 'What']}>
            {rows.map(({ id, at, actor, what }) => (
              <tr key={id}>
                <th scope="row">{formatMoment(at)}</th>
                <td>{actor}</td>
                <td>{what}</td>
              </tr>
            ))}
          </ValuesTable>
        </li>
      )}
    </ListPanel>
  );
}
