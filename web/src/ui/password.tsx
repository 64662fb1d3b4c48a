import { useState } from 'react';
import { Field } from './form.js';

interface Props {
  readonly name: string;
  readonly label: string;
  readonly autoComplete: 'current-password' | 'new-password';
  readonly hint?: string;
  readonly autoFocus?: boolean;
}

/** A password that may be looked at while it is typed. */
export function PasswordField({ name, label, ...more }: Props) {
  const [shown, setShown] = useState(false);
  return (
    <Field
      {...more}
      name={name}
      label={label}
      type={shown ? 'text' : 'password'}
      autoCapitalize="none"
      required
      beside={
        <button
          type="button"
          className="button quiet"
          aria-pressed={shown}
          aria-label={`Show: ${label}`}
          onClick={() => setShown(!shown)}
        >
          {shown ? 'Hide' : 'Show'}
        </button>
      }
    />
  );
}

const SHORTEST = 8;

/** What is wrong with a new password that needs no asking. */
export function passwordFault(password: string | undefined): string | undefined {
  if (!password) return 'Choose a password.';
  return [...password].length < SHORTEST ? `Too short: at least ${SHORTEST} characters.` : undefined;
}
