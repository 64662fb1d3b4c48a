import { useApolloClient, useMutation } from '@apollo/client/react';
import { useState } from 'react';
import { ask } from '../../apollo/ask.js';
import { useAsked } from '../../apollo/use-asked.js';
import { useAttempt } from '../../apollo/use-attempt.js';
import { useRefresh } from '../../apollo/use-refresh.js';
import { formatDayMedium } from '../../format.js';
import {
  ChangeMemberRoleDocument,
  MembersDocument,
  RemoveMemberDocument,
  SessionDocument,
  type MemberRole,
  type MembersQuery,
} from '../../gql/graphql.js';
import type { Viewer } from '../../session/session.js';
import { AskButton } from '../../ui/ask-button.js';
import { ListPanel } from '../list-panel.js';
import { rolesFor } from './roles.js';

type Member = MembersQuery['members'][number];

/** Who belongs to the organization, and what each may. */
export function MembersPanel({ viewer }: { viewer: Viewer }) {
  const { data, failure } = useAsked(MembersDocument, { fetchPolicy: 'cache-and-network' });
  const again = useRefresh();
  return (
    <ListPanel
      id="members"
      title="Members"
      note="Who may see its sites"
      items={data?.members}
      error={failure}
      empty="Nobody belongs to it."
    >
      {(member) => <MemberLine key={member.id} member={member} viewer={viewer} onChanged={again} />}
    </ListPanel>
  );
}

interface LineProps {
  readonly member: Member;
  readonly viewer: Viewer;
  readonly onChanged: () => Promise<unknown>;
}

function MemberLine({ member, viewer, onChanged }: LineProps) {
  const [remove] = useMutation(RemoveMemberDocument);
  const { id, userId, name, email, role, since, twoFactor } = member;
  const self = userId === viewer.id;
  const owner = viewer.organization?.role === 'owner';
  // An admin changes nothing about an owner.
  const manage = viewer.permissions.includes('members.manage') && (owner || role !== 'owner');
  return (
    <li className="line" data-member={email}>
      <div>
        <p>
          {name || email}
          {self && <span className="badge">you</span>}
        </p>
        <p className="note">
          {email} <span className="dot">·</span> since {formatDayMedium(since)}
          {twoFactor && <>, with a second factor</>}
        </p>
      </div>
      <div className="line-end">
        {manage ? (
          // Another role, given elsewhere, is the one that is shown from then on.
          <RoleSelect key={role} member={member} self={self} owner={owner} />
        ) : (
          <span className="note">{role}</span>
        )}
        {manage && !self && (
          <AskButton
            label="Remove"
            about={`Remove ${name || email}`}
            title={`Remove ${name || email}?`}
            confirm="Remove"
            run={async () => {
              await ask(() => remove({ variables: { memberId: id } }));
              await onChanged();
            }}
          >
            <p>They see nothing of the organization from then on. What they changed stays in the trail.</p>
          </AskButton>
        )}
      </div>
    </li>
  );
}

function RoleSelect({ member, self, owner }: { member: Member; self: boolean; owner: boolean }) {
  const client = useApolloClient();
  const [change] = useMutation(ChangeMemberRoleDocument);
  const [chosen, setChosen] = useState(member.role);
  const { fault, attempt } = useAttempt();
  const choose = async (role: MemberRole) => {
    setChosen(role);
    const done = await attempt(async () => {
      await ask(() => change({ variables: { memberId: member.id, role } }));
      if (self) await client.refetchQueries({ include: [SessionDocument] });
    });
    if (!done) setChosen(member.role);
  };
  return (
    <>
      <select
        aria-label={`Role of ${member.name || member.email}`}
        value={chosen}
        onChange={(event) => void choose(event.target.value as MemberRole)}
      >
        {rolesFor(owner).map(({ value, name }) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </select>
      {fault !== undefined && (
        <p className="fault line-fault" role="alert">
          {fault}
        </p>
      )}
    </>
  );
}
