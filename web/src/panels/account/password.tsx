import { useState } from 'react';
import { post } from '../../session/post.js';
import type { Viewer } from '../../session/session.js';
import { faultsOf, Form } from '../../ui/form.js';
import { PasswordField, passwordFault } from '../../ui/password.js';

/** Changes the password; whoever else is signed in by the old one is signed out. */
export function PasswordPanel({ viewer }: { viewer: Viewer }) {
  const [changed, setChanged] = useState(false);
  return (
    <section className="card" aria-labelledby="password-title">
      <header className="card-header">
        <h2 id="password-title">Password</h2>
        <p className="note">Ends your other sessions</p>
      </header>
      <Form
        label="Password"
        submit="Change the password"
        plain
        className="form card-form"
        check={({ password, newPassword }) =>
          faultsOf({
            password: password ? undefined : 'Give the password that you have now.',
            newPassword: passwordFault(newPassword),
          })
        }
        run={async ({ password = '', newPassword = '' }, form) => {
          setChanged(false);
          await post('change-password', {
            currentPassword: password,
            newPassword,
            revokeOtherSessions: true,
          });
          form.reset();
          setChanged(true);
        }}
        beside={
          <p className="note" role="status">
            {changed && 'Changed.'}
          </p>
        }
      >
        {/* Tells a password manager whose password this is. */}
        <input type="hidden" name="username" autoComplete="username" value={viewer.email} readOnly />
        <PasswordField name="password" label="Present password" autoComplete="current-password" />
        <PasswordField
          name="newPassword"
          label="New password"
          autoComplete="new-password"
          hint="At least 8 characters; longer is better than stranger."
        />
      </Form>
    </section>
  );
}
