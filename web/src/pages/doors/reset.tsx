import { useState } from 'react';
import { post } from '../../session/post.js';
import { faultsOf, Form } from '../../ui/form.js';
import { NewPasswordField, passwordFault } from '../../ui/password.js';
import { Door } from './door.js';

/** Chooses another password by the link that was sent. */
export function Reset() {
  // Read once: the address is cleared of it, so that it stays in no history and goes to nobody.
  const [token] = useState(() => {
    const found = new URLSearchParams(window.location.search).get('token');
    window.history.replaceState(null, '', '/reset');
    return found;
  });
  const [done, setDone] = useState(false);
  const again = <a href="/forgot">Ask for another link</a>;
  if (done)
    return (
      <Door title="Password changed">
        <p role="status">Whoever was signed in as you is signed out. Sign in with the new password.</p>
        <a className="button primary door-go" href="/sign-in">
          Sign in
        </a>
      </Door>
    );
  if (token === null)
    return (
      <Door title="This link is not valid" ways={again}>
        <p>It works once, for an hour. Ask for another one.</p>
      </Door>
    );
  return (
    <Door title="Choose a new password" ways={again}>
      <Form
        label="Another password"
        submit="Change the password"
        check={({ newPassword }) => faultsOf({ newPassword: passwordFault(newPassword) })}
        run={async ({ newPassword = '' }) => {
          await post('reset-password', { newPassword, token });
          setDone(true);
        }}
      >
        <NewPasswordField name="newPassword" label="New password" autoFocus />
      </Form>
    </Door>
  );
}
