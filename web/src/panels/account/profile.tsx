import { useState } from 'react';
import { useRefresh } from '../../apollo/use-refresh.js';
import { post } from '../../session/post.js';
import type { Viewer } from '../../session/session.js';
import { Field, Form } from '../../ui/form.js';

/** The name that others see, and the address that links go to. */
export function ProfilePanel({ viewer }: { viewer: Viewer }) {
  const again = useRefresh();
  const [saved, setSaved] = useState(false);
  return (
    <section className="card" aria-labelledby="profile-title">
      <header className="card-header">
        <h2 id="profile-title">Profile</h2>
      </header>
      <Form
        label="Profile"
        submit="Save"
        plain
        className="form card-form"
        check={({ name }) => (name?.trim() ? {} : { name: 'Give a name.' })}
        run={async ({ name = '' }) => {
          setSaved(false);
          await post('update-user', { name: name.trim() });
          await again();
          setSaved(true);
        }}
        beside={
          <p className="note" role="status">
            {saved && 'Saved.'}
          </p>
        }
      >
        <Field
          name="name"
          label="Name"
          autoComplete="name"
          defaultValue={viewer.name}
          maxLength={100}
          required
        />
      </Form>
      {!viewer.emailVerified && <Unverified email={viewer.email} />}
    </section>
  );
}

function Unverified({ email }: { email: string }) {
  return (
    <div className="card-part">
      <p className="note">Nobody has confirmed yet that {email} is yours.</p>
      <Sending email={email} />
    </div>
  );
}

function Sending({ email }: { email: string }) {
  const [sent, setSent] = useState(false);
  return (
    <Form
      label="Confirm the address"
      submit="Send the link again"
      plain
      run={async () => {
        await post('send-verification-email', { email });
        setSent(true);
      }}
      beside={
        <p className="note" role="status">
          {sent && 'Sent.'}
        </p>
      }
    />
  );
}
