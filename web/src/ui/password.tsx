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

const ADDRESS = /^[^\s@]+@[^\s@]+$/;

export const emailFault = (email: string | undefined): string | undefined =>
  ADDRESS.test(email?.trim() ?? '') ? undefined : 'Give an e-mail address.';

/** Those of the given faults that are there. */
export const faultsOf = (all: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
