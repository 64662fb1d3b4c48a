import { useState } from 'react';
import { post } from '../../session/post.js';
import { useSession } from '../../session/session.js';
import { EmailField, emailFault } from '../../ui/email.js';
import { faultsOf, Form } from '../../ui/form.js';
import { Door } from './door.js';

/** Asks for a link to choose another password by. What is said never tells whether there is such an account. */
export function Forgot() {
  const { setUp } = useSession();
  const [sentTo, setSentTo] = useState<string>();
  const ways = <a href="/sign-in">Back to sign-in</a>;
  if (sentTo !== undefined)
    return (
      <Door title="Look into your mail" ways={ways}>
        <p role="status">
          If there is an account of <strong>{sentTo}</strong>, a link is on its way. It works once, for an
          hour.
        </p>
        {setUp?.mail === false && <ByLog />}
      </Door>
    );
  return (
    <Door title="Forgotten password" lead="You get a link to choose another one by." ways={ways}>
      <Form
        label="Forgotten password"
        submit="Send the link"
        check={({ email }) => faultsOf({ email: emailFault(email) })}
        run={async ({ email = '' }) => {
          await post('request-password-reset', { email: email.trim() });
          setSentTo(email.trim());
        }}
      >
        <EmailField autoFocus />
      </Form>
      {setUp?.mail === false && <ByLog />}
    </Door>
  );
}

function ByLog() {
  return (
    <p className="note">
      This installation sends no mail: the link stands in the server’s log, for whoever looks after it.
    </p>
  );
}
