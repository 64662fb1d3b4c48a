import { Algorithm, hash, parseOptions, verify, type Options } from '@node-rs/argon2';

import { commonPasswords } from './common-passwords.js';

export const PASSWORD_LENGTH = { least: 8, most: 1_000 } as const;

// What OWASP asks for at least: 19 MiB, two passes, one thread.
const argon2id = {
  // A const enum of another module cannot be read where each file is compiled alone.
  algorithm: 2 satisfies Algorithm.Argon2id as Algorithm,
  memoryCost: 19_456,
  timeCost: 2,
  parallelism: 1,
} satisfies Options;

export const hashPassword = (password: string): Promise<string> => hash(password, argon2id);

export const verifyPassword = (kept: {
  readonly hash: string;
  readonly password: string;
}): Promise<boolean> => verify(kept.hash, kept.password).catch(() => false);

/** Whether a hash was made with less than what is asked for now. */
export function isWeak(kept: string): boolean {
  try {
    const { algorithm, memoryCost, timeCost } = parseOptions(kept) as Partial<Options>;
    return (
      algorithm !== argon2id.algorithm ||
      (memoryCost ?? 0) < argon2id.memoryCost ||
      (timeCost ?? 0) < argon2id.timeCost
    );
  } catch {
    return true;
  }
}

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
