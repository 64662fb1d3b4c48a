import { useMutation } from '@apollo/client/react';
import { useState } from 'react';
import { ask } from '../../apollo/ask.js';
import { useAsked } from '../../apollo/use-asked.js';
import { useAttempt } from '../../apollo/use-attempt.js';
import { useRefresh } from '../../apollo/use-refresh.js';
import { formatDate } from '../../format.js';
import {
  ChangeMemberRoleDocument,
  MembersDocument,
  RemoveMemberDocument,
  type MemberRole,
  type MembersQuery,
} from '../../gql/graphql.js';
import type { Viewer } from '../../session/session.js';
import { AskButton } from '../../ui/ask-button.js';
import { Confirm } from '../../ui/confirm.js';
import { ListPanel } from '../list-panel.js';
import { rolesFor, withArticle } from './roles.js';

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
          {email} <span className="dot">·</span> since {formatDate(since)}
          {twoFactor && <>, with a second factor</>}
        </p>
      </div>
      <div className="line-end">
        {manage ? (
          <RoleSelect member={member} self={self} owner={owner} onChanged={onChanged} />
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

interface RoleProps extends Pick<LineProps, 'member' | 'onChanged'> {
  readonly self: boolean;
  readonly owner: boolean;
}

function RoleSelect({ member, self, owner, onChanged }: RoleProps) {
  const [change] = useMutation(ChangeMemberRoleDocument);
  const [chosen, setChosen] = useState<MemberRole>();
  const { fault, busy, attempt } = useAttempt();
  const give = async (role: MemberRole) => {
    await ask(() => change({ variables: { memberId: member.id, role } }));
    await onChanged();
  };
  const choose = async (role: MemberRole) => {
    // One after the other: of two on their way, the first could come last.
    if (busy) return;
    setChosen(role);
    if (self) return;
    await attempt(() => give(role));
    setChosen(undefined);
  };
  return (
    <>
      <select
        aria-label={`Role of ${member.name || member.email}`}
        value={chosen ?? member.role}
        onChange={(event) => void choose(event.target.value as MemberRole)}
      >
        {rolesFor(owner).map(({ value, name }) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </select>
      {self && chosen && (
        <Confirm
          title={`Be ${withArticle(chosen)} from now on?`}
          confirm="Change my role"
          run={() => give(chosen)}
          onClose={() => setChosen(undefined)}
        >
          <p>
            What {withArticle(member.role)} may do and {withArticle(chosen)} may not is given back by somebody
            else alone.
          </p>
        </Confirm>
      )}
      {fault !== undefined && (
        <p className="fault line-fault" role="alert">
          {fault}
        </p>
      )}
    </>
  );
}
