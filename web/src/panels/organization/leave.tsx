import { useMutation } from '@apollo/client/react';
import { ask } from '../../apollo/ask.js';
import { LeaveOrganizationDocument } from '../../gql/graphql.js';
import { leaveTo } from '../../session/leave-to.js';
import { AskButton } from '../../ui/ask-button.js';

/** The way out of the organization. */
export function LeavePanel({ organization }: { organization: string }) {
  const [leave] = useMutation(LeaveOrganizationDocument);
  return (
    <section className="card" aria-labelledby="leave-title">
      <header className="card-header">
        <h2 id="leave-title">Leave</h2>
        <AskButton
          label="Leave"
          about={`Leave ${organization}`}
          title={`Leave ${organization}?`}
          confirm="Leave"
          run={async () => {
            await ask(() => leave());
            await leaveTo('/');
          }}
        >
          <p>You see nothing of it from then on, until somebody invites you again.</p>
        </AskButton>
      </header>
      <p className="panel-text note">
        The last owner cannot leave: make another member an owner first, or invite somebody as one. Whoever
        looks after this installation can add one, too.
      </p>
    </section>
  );
}
