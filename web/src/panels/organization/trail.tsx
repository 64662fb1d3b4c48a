import { ask } from '../../apollo/ask.js';
import { useAsked } from '../../apollo/use-asked.js';
import { formatMoment } from '../../format.js';
import { OrganizationTrailDocument, type OrganizationTrailQuery } from '../../gql/graphql.js';
import { EarlierButton } from '../earlier-button.js';
import { ListPanel } from '../list-panel.js';
import { HEAD, useEarlier } from '../use-earlier.js';

type Change = OrganizationTrailQuery['organizationTrail'][number];

/** Who changed members, roles and keys. */
export function TrailPanel() {
  const { data, failure, fetchMore } = useAsked(OrganizationTrailDocument, {
    variables: { first: HEAD },
    fetchPolicy: 'cache-and-network',
    refetchWritePolicy: 'merge',
  });
  const { shown, earlier } = useEarlier({
    changes: data?.organizationTrail,
    idOf: ({ id }) => id,
    ask: async ({ id }, first) => {
      const page = await ask(() => fetchMore({ variables: { first, before: id } }));
      return page.data?.organizationTrail;
    },
  });
  return (
    <div className="own-row">
      <ListPanel
        id="trail"
        title="Trail"
        note="Who changed what, newest first"
        items={shown}
        error={failure}
        empty="Nothing was changed yet."
        footer={earlier && <EarlierButton earlier={earlier} />}
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
