import { useState } from 'react';
import { useAsked } from '../../apollo/use-asked.js';
import { formatMoment } from '../../format.js';
import { OrganizationTrailDocument, type OrganizationTrailQuery } from '../../gql/graphql.js';
import { ListPanel } from '../list-panel.js';

type Change = OrganizationTrailQuery['organizationTrail'][number];

const AT_FIRST = 10;
/** The API's own bound on one page of it. */
const MOST = 200;

/** Who changed members, roles and keys. */
export function TrailPanel() {
  const [first, setFirst] = useState(AT_FIRST);
  const { data, previousData, failure } = useAsked(OrganizationTrailDocument, {
    // One more says whether there are more.
    variables: { first: Math.min(MOST, first + 1) },
    fetchPolicy: 'cache-and-network',
  });
  const entries = (data ?? previousData)?.organizationTrail;
  const more = entries !== undefined && entries.length > first;
  return (
    <div className="own-row">
      <ListPanel
        id="trail"
        title="Trail"
        note="Who changed what, newest first"
        items={entries?.slice(0, first)}
        error={failure}
        empty="Nothing was changed yet."
        footer={
          more && (
            <button
              type="button"
              className="button quiet"
              onClick={() => setFirst(Math.min(MOST, first * 3))}
            >
              Show earlier ones
            </button>
          )
        }
      >
        {(change) => (
          <li key={change.id} className="line">
            <div>
              <p>{inWords(change)}</p>
              <p className="note">
                {change.actorName ?? change.actor} <span className="dot">·</span> {formatMoment(change.at)}
              </p>
            </div>
          </li>
        )}
      </ListPanel>
    </div>
  );
}

/** "MemberRoleChanged" -> "Member role changed: Grace, viewer → editor". */
function inWords({ action, subject, before, after }: Change): string {
  const words = action.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
  const from = after === subject ? before && `before ${before}` : [before, after].filter(Boolean).join(' → ');
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}: ${subject}${from ? `, ${from}` : ''}`;
}
