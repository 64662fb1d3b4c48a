import { useState } from 'react';
import { useRefresh } from '../../apollo/use-refresh.js';
import { post } from '../../session/post.js';
import type { Viewer } from '../../session/session.js';
import { AskButton } from '../../ui/ask-button.js';
import { Field, Form } from '../../ui/form.js';
import { PasswordField } from '../../ui/password.js';
import { RecoveryCodes } from './recovery-codes.js';
import { Secret } from './secret.js';

interface Made {
  readonly totpURI: string;
  readonly backupCodes: readonly string[];
}

const needsPassword = ({ password }: Readonly<Record<string, string>>) =>
  password ? {} : { password: 'Give your password.' };

/** A code of another device beside the password. */
export function SecondFactorPanel({ viewer }: { viewer: Viewer }) {
  const again = useRefresh();
  const [made, setMade] = useState<Made>();
  const [codes, setCodes] = useState<readonly string[]>();
  return (
    <section className="card" aria-labelledby="factor-title">
      <header className="card-header">
        <h2 id="factor-title">Second factor</h2>
        <p className="note">{viewer.twoFactor ? 'On' : 'Off'}</p>
      </header>
      {codes ? (
        <RecoveryCodes codes={codes} onDone={() => setCodes(undefined)} />
      ) : viewer.twoFactor ? (
        <On onCodes={setCodes} onOff={again} />
      ) : made ? (
        <Confirming
          made={made}
          onOn={async () => {
            setCodes(made.backupCodes);
            setMade(undefined);
            await again();
          }}
          onCancel={() => setMade(undefined)}
        />
      ) : (
        <Form
          label="Second factor"
          submit="Set it up"
          plain
          className="form card-form"
          check={needsPassword}
          run={async ({ password = '' }) => setMade(await post<Made>('two-factor/enable', { password }))}
        >
          <p className="note">
            Sign-in then also asks for six digits of an authenticator app on your phone. Who has only your
            password does not get in.
          </p>
          <PasswordField name="password" label="Your password" autoComplete="current-password" />
        </Form>
      )}
    </section>
  );
}

interface ConfirmingProps {
  readonly made: Made;
  readonly onOn: () => Promise<void>;
  readonly onCancel: () => void;
}

function Confirming({ made, onOn, onCancel }: ConfirmingProps) {
  return (
    <Form
      label="Second factor"
      submit="Turn it on"
      className="form card-form"
      check={({ code }) => (code?.trim() ? {} : { code: 'Give the six digits.' })}
      run={async ({ code = '' }) => {
        await post('two-factor/verify-totp', { code: code.replace(/\s/g, '') });
        await onOn();
      }}
      beside={
        <button type="button" className="button" onClick={onCancel}>
          Cancel
        </button>
      }
    >
      <Secret uri={made.totpURI} />
      <Field
        name="code"
        label="The six digits that the app shows now"
        autoComplete="one-time-code"
        inputMode="numeric"
        maxLength={10}
        autoFocus
        required
      />
    </Form>
  );
}

function On({
  onCodes,
  onOff,
}: {
  onCodes: (codes: readonly string[]) => void;
  onOff: () => Promise<unknown>;
}) {
  const field = (
    <label>
      Your password
      <input name="password" type="password" autoComplete="current-password" required />
    </label>
  );
  return (
    <div className="card-part">
      <p className="note">Sign-in asks for a code of your authenticator app.</p>
      <div className="form-end">
        <AskButton
          label="New recovery codes"
          title="Make new recovery codes?"
          confirm="Make new codes"
          run={async ({ password }) => {
            const { backupCodes } = await post<Made>('two-factor/generate-backup-codes', { password });
            onCodes(backupCodes);
          }}
        >
          <p>The codes that you have now are worth nothing from then on.</p>
          {field}
        </AskButton>
        <AskButton
          label="Turn it off"
          title="Turn the second factor off?"
          confirm="Turn it off"
          run={async ({ password }) => {
            await post('two-factor/disable', { password });
            await onOff();
          }}
        >
          <p>Your password alone is then enough to sign in.</p>
          {field}
        </AskButton>
      </div>
    </div>
  );
}
