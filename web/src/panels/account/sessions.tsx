import { useMutation } from '@apollo/client/react';
import { ask } from '../../apollo/ask.js';
import { useAsked } from '../../apollo/use-asked.js';
import { useRefresh } from '../../apollo/use-refresh.js';
import { formatMoment } from '../../format.js';
import {
  RevokeOtherSessionsDocument,
  RevokeSessionDocument,
  SessionsDocument,
  type SessionsQuery,
} from '../../gql/graphql.js';
import { AskButton } from '../../ui/ask-button.js';
import { ListPanel } from '../list-panel.js';

type SignedIn = SessionsQuery['sessions'][number];

/** Where somebody is signed in. */
export function SessionsPanel() {
  const { data, failure } = useAsked(SessionsDocument, { fetchPolicy: 'cache-and-network' });
  const again = useRefresh();
  const [revokeOthers] = useMutation(RevokeOtherSessionsDocument);
  const sessions = data?.sessions;
  const others = sessions?.filter(({ current }) => !current).length ?? 0;
  return (
    <ListPanel
      id="sessions"
      title="Sessions"
      note="Where you are signed in"
      items={sessions}
      error={failure}
      empty="You are signed in nowhere."
      footer={
        others > 0 && (
          <AskButton
            label="Sign out everywhere else"
            title="Sign out everywhere else?"
            confirm="Sign out"
            run={async () => {
              await ask(() => revokeOthers());
              await again();
            }}
          >
            <p>Whoever uses your account elsewhere has to sign in again. You stay signed in here.</p>
          </AskButton>
        )
      }
    >
      {(session) => <SessionLine key={session.id} session={session} onRevoked={again} />}
    </ListPanel>
  );
}

function SessionLine({ session, onRevoked }: { session: SignedIn; onRevoked: () => Promise<unknown> }) {
  const [revoke] = useMutation(RevokeSessionDocument);
  const { id, current, createdAt, lastUsedAt } = session;
  const name = nameOf(session);
  return (
    <li className="line">
      <div>
        <p>
          {name}
          {current && <span className="badge">this one</span>}
        </p>
        <p className="note">
          Since {formatMoment(createdAt)}, last used {formatMoment(lastUsedAt)}
        </p>
      </div>
      {!current && (
        <AskButton
          label="Sign out"
          about={`Sign out: ${name}`}
          title={`Sign out ${name}?`}
          confirm="Sign out"
          run={async () => {
            await ask(() => revoke({ variables: { id } }));
            await onRevoked();
          }}
        >
          <p>Whoever uses it has to sign in again.</p>
        </AskButton>
      )}
    </li>
  );
}

/** "Firefox on Linux": enough to know one's own devices apart. */
const nameOf = ({ browser, os }: SignedIn): string =>
  [browser || 'Unknown browser', os].filter(Boolean).join(' on ');
