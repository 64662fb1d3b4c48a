import { commonPasswords } from './common-passwords.js';

export const PASSWORD_LENGTH = { least: 8, most: 1_000 } as const;

/** What is wrong with a password that somebody chooses; it is kept exactly as it is, blanks at its ends included. */
export function passwordFault(password: unknown): string | undefined {
  if (typeof password !== 'string') return 'password must be a string';
  const { least, most } = PASSWORD_LENGTH;
  const length = [...password].length;
  if (length < least || length > most)
    return `password must have ${least} to ${most} characters; it has ${length}`;
  return commonPasswords.has(password.toLowerCase())
    ? 'password is one of the 3000 that are tried first; choose another'
    : undefined;
}
