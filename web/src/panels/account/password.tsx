import { useState } from 'react';
import { useRefresh } from '../../apollo/use-refresh.js';
import { post } from '../../session/post.js';
import type { Viewer } from '../../session/session.js';
import { faultsOf, Form } from '../../ui/form.js';
import { NewPasswordField, PasswordField, passwordFault } from '../../ui/password.js';

/** Changes the password; whoever else is signed in by the old one is signed out. */
export function PasswordPanel({ viewer }: { viewer: Viewer }) {
  const again = useRefresh();
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
          await again();
          setChanged(true);
        }}
        beside={
          <p className="note" role="status">
            {changed && 'Changed.'}
          </p>
        }
      >
        {/* Tells a password manager whose password this is. */}
        <input
          type="text"
          name="username"
          className="visually-hidden"
          autoComplete="username"
          value={viewer.email}
          tabIndex={-1}
          aria-hidden
          readOnly
        />
        <PasswordField name="password" label="Present password" autoComplete="current-password" />
        <NewPasswordField name="newPassword" label="New password" />
      </Form>
    </section>
  );
}
