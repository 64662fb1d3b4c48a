import { useMutation } from '@apollo/client/react';
import { useState } from 'react';
import { ask } from '../../apollo/ask.js';
import { useAsked } from '../../apollo/use-asked.js';
import { useRefresh } from '../../apollo/use-refresh.js';
import { formatMoment } from '../../format.js';
import {
  CancelInvitationDocument,
  InvitationsDocument,
  InviteMemberDocument,
  type InvitationsQuery,
  type MemberRole,
} from '../../gql/graphql.js';
import { useViewer } from '../../session/session.js';
import { AskButton } from '../../ui/ask-button.js';
import { CopyButton } from '../../ui/copy-button.js';
import { emailFault } from '../../ui/email.js';
import { Choice, faultsOf, Field, Form } from '../../ui/form.js';
import { ListPanel } from '../list-panel.js';
import { rolesFor } from './roles.js';

type Invitation = InvitationsQuery['invitations'][number];

/** Who was invited and has not come yet. */
export function InvitationsPanel() {
  const { data, failure } = useAsked(InvitationsDocument, { fetchPolicy: 'cache-and-network' });
  const again = useRefresh();
  return (
    <ListPanel
      id="invitations"
      title="Invitations"
      note="Seven days each, for one address"
      items={data?.invitations}
      error={failure}
      empty="Nobody is invited now."
      footer={<InviteForm onInvited={again} />}
    >
      {(invitation) => <InvitationLine key={invitation.id} invitation={invitation} onChanged={again} />}
    </ListPanel>
  );
}

function InvitationLine({
  invitation,
  onChanged,
}: {
  invitation: Invitation;
  onChanged: () => Promise<unknown>;
}) {
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
        <AskButton
          label="Take back"
          about={`Take back: ${email}`}
          title={`Take the invitation of ${email} back?`}
          confirm="Take back"
          run={async () => {
            await ask(() => cancel({ variables: { id } }));
            await onChanged();
          }}
        >
          <p>The link is worth nothing from then on.</p>
        </AskButton>
      </div>
    </li>
  );
}

function InviteForm({ onInvited }: { onInvited: () => Promise<unknown> }) {
  const viewer = useViewer();
  const [invite] = useMutation(InviteMemberDocument);
  const [invited, setInvited] = useState<{ readonly email: string; readonly link: string | null }>();
  const owner = viewer.organization?.role === 'owner';
  return (
    <div className="card-form-wide">
      <Form
        label="Invite"
        submit="Invite"
        className="form form-row"
        check={({ email }) => faultsOf({ email: emailFault(email) })}
        run={async ({ email = '', role }, form) => {
          setInvited(undefined);
          const { data } = await ask(() =>
            invite({ variables: { email: email.trim(), role: role as MemberRole } }),
          );
          form.reset();
          await onInvited();
          const made = data?.inviteMember;
          if (made) setInvited({ email: email.trim(), link: made.link });
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
      {invited && (
        <div className="once" role="status">
          {invited.link === null ? (
            <p>
              A mail with the link is on its way to <strong>{invited.email}</strong>.
            </p>
          ) : (
            <>
              <p>
                <strong>{invited.email}</strong> is invited. No mail is sent here: hand them this link.
              </p>
              <div className="copy-line">
                <code>{invited.link}</code>
                <CopyButton text={invited.link} what={`the link for ${invited.email}`} />
              </div>
            </>
          )}
        </div>
      )}
    </div>
  );
}
