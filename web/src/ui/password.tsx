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
  const word = shown ? 'Hide' : 'Show';
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
          aria-label={`${word}: ${label}`}
          onClick={() => setShown(!shown)}
        >
          {word}
        </button>
      }
    />
  );
}

const SHORTEST = 8;

/** A password that is chosen now. */
export function NewPasswordField(props: Omit<Props, 'autoComplete' | 'hint'>) {
  return (
    <PasswordField
      {...props}
      autoComplete="new-password"
      hint={`At least ${SHORTEST} characters; longer is better than stranger.`}
    />
  );
}

/** What is wrong with a new password that needs no asking. */
export function passwordFault(password: string | undefined): string | undefined {
  if (!password) return 'Choose a password.';
  return [...password].length < SHORTEST ? `Too short: at least ${SHORTEST} characters.` : undefined;
}
