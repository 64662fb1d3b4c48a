import { useMutation, useQuery } from '@apollo/client/react';
import { useState } from 'react';
import { ask } from '../../apollo/ask.js';
import { useRefresh } from '../../apollo/use-refresh.js';
import { ignore, useRetry } from '../../apollo/use-retry.js';
import { formatMoment } from '../../format.js';
import {
  CancelInvitationDocument,
  InvitationsDocument,
  InviteAgainDocument,
  InviteMemberDocument,
  type InvitationsQuery,
  type InviteMemberMutation,
  type MemberRole,
} from '../../gql/graphql.js';
import { useViewer } from '../../session/session.js';
import { AskButton } from '../../ui/ask-button.js';
import { CopyButton } from '../../ui/copy-button.js';
import { emailFault } from '../../ui/email.js';
import { Choice, faultsOf, Field, Form } from '../../ui/form.js';
import { Once } from '../../ui/once.js';
import { ListPanel } from '../list-panel.js';
import { rolesFor } from './roles.js';

type Invitation = InvitationsQuery['invitations'][number];

interface Made {
  readonly id: string;
  readonly email: string;
  /** Null where it was sent by mail. */
  readonly link: string | null;
}

type Invited = InviteMemberMutation['inviteMember'];
type OnInvited = (email: string, invited: Invited) => Promise<void>;

/** Who was invited and has not come yet. */
export function InvitationsPanel() {
  const { data, error, refetch } = useQuery(InvitationsDocument, { fetchPolicy: 'cache-and-network' });
  const again = useRefresh();
  useRetry(error, () => void refetch().catch(ignore));
  const [made, setMade] = useState<Made>();
  const owner = useViewer().organization?.role === 'owner';
  const onInvited = async (email: string, { invitation, link }: Invited) => {
    // What is said of one more is said anew.
    setMade(undefined);
    await again();
    setMade({ id: invitation.id, email, link });
  };
  const onTakenBack = async (id: string) => {
    if (made?.id === id) setMade(undefined);
    await again();
  };
  return (
    <ListPanel
      id="invitations"
      title="Invitations"
      note="Seven days each, for one address"
      items={data?.invitations}
      error={error}
      empty="Nobody is invited now."
      footer={
        <div className="card-form-wide">
          {made && made.link !== null && (
            <Once
              label={`Link for ${made.email}`}
              shown={made.link}
              what={`the link for ${made.email}`}
              onDone={() => setMade(undefined)}
            >
              <strong>{made.email}</strong> is invited. No mail is sent here: hand them this link.
            </Once>
          )}
          <InviteForm owner={owner} onInvited={onInvited} />
          {/* There before it says anything, or it is not read out. */}
          <p role="status">
            {made?.link === null && (
              <>
                A mail with the link is on its way to <strong>{made.email}</strong>.
              </>
            )}
          </p>
        </div>
      }
    >
      {(invitation) => (
        <InvitationLine
          key={invitation.id}
          invitation={invitation}
          mine={owner || invitation.role !== 'owner'}
          onInvited={onInvited}
          onTakenBack={onTakenBack}
        />
      )}
    </ListPanel>
  );
}

interface LineProps {
  readonly invitation: Invitation;
  /** Only owners invite owners. */
  readonly mine: boolean;
  readonly onInvited: OnInvited;
  readonly onTakenBack: (id: string) => Promise<void>;
}

function InvitationLine({ invitation, mine, onInvited, onTakenBack }: LineProps) {
  const [inviteAgain] = useMutation(InviteAgainDocument);
  const [cancel] = useMutation(CancelInvitationDocument);
  const { id, email, role, expiresAt, expired, link } = invitation;
  return (
    <li className="line" data-invitation={email}>
      <div>
        <p>{email}</p>
        <p className="note">
          as {role}, {expired ? 'ended' : 'until'} {formatMoment(expiresAt)}
        </p>
      </div>
      <div className="line-end">
        {link !== null && !expired && <CopyButton text={link} what={`the link for ${email}`} />}
        {mine && (
          <AskButton
            label="Invite again"
            about={`Invite again: ${email}`}
            title={`Invite ${email} again?`}
            confirm="Invite again"
            run={async () => {
              const { data: sent } = await ask(() => inviteAgain({ variables: { id } }));
              if (sent) await onInvited(email, sent.inviteAgain);
            }}
          >
            <p>As {role}, for seven days from now on.</p>
          </AskButton>
        )}
        <AskButton
          label="Take back"
          about={`Take back: ${email}`}
          title={`Take the invitation of ${email} back?`}
          confirm="Take back"
          run={async () => {
            await ask(() => cancel({ variables: { id } }));
            await onTakenBack(id);
          }}
        >
          <p>The link is worth nothing from then on.</p>
        </AskButton>
      </div>
    </li>
  );
}

function InviteForm({ owner, onInvited }: { owner: boolean; onInvited: OnInvited }) {
  const [invite] = useMutation(InviteMemberDocument);
  return (
    <Form
      label="Invite"
      submit="Invite"
      className="form form-row"
      check={({ email }) => faultsOf({ email: emailFault(email) })}
      run={async ({ email = '', role }, form) => {
        const variables = { email: email.trim(), role: role as MemberRole };
        const { data: sent } = await ask(() => invite({ variables }));
        form.reset();
        if (sent) await onInvited(variables.email, sent.inviteMember);
      }}
    >
      <Field name="email" label="E-mail" type="email" autoComplete="off" autoCapitalize="none" required />
      <Choice
        name="role"
        label="Role"
        defaultValue="viewer"
        options={rolesFor(owner).map(({ value, name, says }) => ({ value, name: `${name}: ${says}` }))}
      />
    </Form>
  );
}
