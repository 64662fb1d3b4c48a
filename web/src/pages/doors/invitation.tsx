import { useMutation } from '@apollo/client/react';
import { ask } from '../../apollo/ask.js';
import { reasonOf } from '../../apollo/reason.js';
import { useAsked } from '../../apollo/use-asked.js';
import { formatMoment } from '../../format.js';
import { AcceptInvitationDocument, InvitationDocument, type InvitationQuery } from '../../gql/graphql.js';
import { leaveTo } from '../../session/leave-to.js';
import { doorTo } from '../../session/next.js';
import { signOut } from '../../session/sign-out.js';
import { useSession } from '../../session/session.js';
import { Form } from '../../ui/form.js';
import { Door } from './door.js';

/** Who invites whom to what; whoever was invited accepts it here. */
export function Invitation({ id }: { id: string }) {
  const { data, failure } = useAsked(InvitationDocument, {
    variables: { id },
    fetchPolicy: 'network-only',
  });
  if (failure && !data)
    return (
      <Door title="Invitation">
        <p role="alert">{reasonOf(failure)} This page tries again by itself.</p>
      </Door>
    );
  if (!data) return <Door title="Invitation" lead="One moment…" />;
  const { invitation } = data;
  if (!invitation)
    return (
      <Door title="This invitation is not valid" ways={<a href="/">To the dashboard</a>}>
        <p>
          It was accepted, taken back, or is too old: an invitation lasts seven days and works once. Ask for
          another one.
        </p>
      </Door>
    );
  return <Invited invitation={invitation} />;
}

function Invited({ invitation }: { invitation: NonNullable<InvitationQuery['invitation']> }) {
  const { viewer } = useSession();
  const [accept] = useMutation(AcceptInvitationDocument);
  const { id, organization, invitedBy, email, role, expiresAt, registered } = invitation;
  const here = `/invitation/${id}`;
  return (
    <Door
      title={`Join ${organization}`}
      lead={`${invitedBy ?? 'Somebody'} invites ${email} as ${role}. Until ${formatMoment(expiresAt)}.`}
    >
      {!viewer ? (
        <div className="door-choices">
          {registered ? (
            <a className="button primary" href={doorTo('/sign-in', here)}>
              Sign in to accept
            </a>
          ) : (
            <a className="button primary" href={doorTo('/register', here)}>
              Register to accept
            </a>
          )}
        </div>
      ) : viewer.email.toLowerCase() === email.toLowerCase() ? (
        <Form
          label="Invitation"
          submit="Accept"
          run={async () => {
            await ask(() => accept({ variables: { id } }));
            await leaveTo('/');
          }}
        />
      ) : (
        <>
          <p>
            You are signed in as <strong>{viewer.email}</strong>; the invitation is for another address.
          </p>
          <Form label="Sign out" submit="Sign out, and go on as another" run={() => signOut(here)} />
        </>
      )}
    </Door>
  );
}
