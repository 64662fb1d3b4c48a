import { useApolloClient } from '@apollo/client/react';
import { useState } from 'react';
import { SessionDocument } from '../../gql/graphql.js';
import { leaveTo } from '../../session/leave-to.js';
import { doorTo, nextOf } from '../../session/next.js';
import { post } from '../../session/post.js';
import { useSession } from '../../session/session.js';
import { EmailField, emailFault } from '../../ui/email.js';
import { faultsOf, Field, Form } from '../../ui/form.js';
import { NewPasswordField, passwordFault } from '../../ui/password.js';
import { Door } from './door.js';
import { useInvited } from './use-invited.js';

/** Makes an account: the first one of the installation, one that anybody may make, or one for an invitation. */
export function Register() {
  const { setUp } = useSession();
  const next = nextOf(window.location.search);
  const invited = useInvited(next);
  const first = setUp?.firstOwner === true;
  const [mailed, setMailed] = useState<string>();
  const ways = (
    <>
      Have an account? <a href={doorTo('/sign-in', next)}>Sign in</a>
    </>
  );
  if (mailed !== undefined)
    return (
      <Door title="Look into your mail" ways={ways}>
        <p role="status">
          A link is on its way to <strong>{mailed}</strong>. Open it to confirm the address, then sign in.
        </p>
      </Door>
    );
  if (setUp && !first && !setUp.signUp && !invited)
    return (
      <Door title="By invitation" ways={ways}>
        <p>
          Accounts are made by invitation here. Ask an owner or an admin of your organization to invite you:
          the link they send leads to this form.
        </p>
      </Door>
    );
  return (
    <Door
      title={first ? 'Create the first account' : 'Register'}
      lead={
        first
          ? 'It owns this installation: it makes the first organization, and invites the others. Only this machine can make it.'
          : invited
            ? 'With the address that the invitation was sent to.'
            : 'You get an organization of your own, and can invite others to it.'
      }
      ways={first ? undefined : ways}
    >
      <AccountForm first={first} invited={invited} next={next} onMail={setMailed} />
    </Door>
  );
}

interface AccountProps {
  readonly first: boolean;
  readonly invited: ReturnType<typeof useInvited>;
  readonly next: string;
  /** The address has to be confirmed before anything else. */
  readonly onMail: (email: string) => void;
}

function AccountForm({ first, invited, next, onMail }: AccountProps) {
  const client = useApolloClient();
  return (
    <Form
      label="Register"
      submit={first ? 'Create the account' : 'Register'}
      check={({ name, email, password }) =>
        faultsOf({
          name: name?.trim() ? undefined : 'Give a name.',
          email: emailFault(email),
          password: passwordFault(password),
        })
      }
      run={async ({ name = '', email = '', organization = '', password = '' }) => {
        await post('sign-up/email', {
          name: name.trim(),
          email: email.trim(),
          password,
          ...(organization.trim() !== '' && { organization: organization.trim() }),
          ...(invited && { invitation: invited.id }),
        });
        const { data } = await client.query({ query: SessionDocument, fetchPolicy: 'no-cache' });
        // Of whom the address is known need not prove it, and yet is not signed in where others have to.
        const known = first || invited !== undefined;
        if (!data?.viewer && known) await post('sign-in/email', { email: email.trim(), password });
        if (data?.viewer || known) await leaveTo(next);
        else onMail(email.trim());
      }}
    >
      <Field name="name" label="Your name" autoComplete="name" maxLength={100} autoFocus required />
      {/* Begun anew once the address is known: no other one may be left in it. */}
      <EmailField
        key={invited?.email}
        defaultValue={invited?.email}
        readOnly={invited?.email !== undefined}
      />
      <NewPasswordField name="password" label="Password" />
      {!invited && (
        <Field
          name="organization"
          label="Organization"
          autoComplete="organization"
          maxLength={100}
          hint="Owns the sites; named after you if left empty."
        />
      )}
    </Form>
  );
}
