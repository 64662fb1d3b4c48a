import { useState } from 'react';
import { post } from '../../session/post.js';
import { Field, Form } from '../../ui/form.js';
import { Door } from './door.js';

/** After the password: the code of the other device, or one of the recovery codes. */
export function SecondStep({ onDone, onBack }: { onDone: () => Promise<void>; onBack: () => void }) {
  const [by, setBy] = useState<'app' | 'recovery'>('app');
  const app = by === 'app';
  return (
    <Door
      title="Second factor"
      lead={
        app
          ? 'The six digits that your authenticator app shows now.'
          : 'One of the codes that you wrote down.'
      }
      ways={
        <button type="button" className="link-button" onClick={onBack}>
          Sign in as somebody else
        </button>
      }
    >
      <Form
        key={by}
        label="Second factor"
        submit="Go on"
        check={({ code }) =>
          (code ?? '').trim() === '' ? { code: app ? 'Give the six digits.' : 'Give a recovery code.' } : {}
        }
        run={async ({ code = '' }) => {
          if (app) await post('two-factor/verify-totp', { code: code.replace(/\s/g, '') });
          else await post('two-factor/verify-backup-code', { code: code.trim() });
          await onDone();
        }}
        beside={
          <button type="button" className="link-button" onClick={() => setBy(app ? 'recovery' : 'app')}>
            {app ? 'Use a recovery code' : 'Use the app'}
          </button>
        }
      >
        <Field
          name="code"
          label={app ? 'Code' : 'Recovery code'}
          autoComplete={app ? 'one-time-code' : 'off'}
          inputMode={app ? 'numeric' : 'text'}
          autoCapitalize="none"
          maxLength={40}
          autoFocus
          required
        />
      </Form>
    </Door>
  );
}
