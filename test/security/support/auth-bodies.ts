import { randomUUID } from 'node:crypto';

import { authPaths } from '#accounts/door-paths.js';

/** One request to /api/auth with one hostile text in one field. */
export interface AuthAttack {
  /** As in `sign-in/email(password)`. */
  readonly place: string;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly values: (text: string) => Record<string, string>;
}

/** What the fields beside the attacked one hold. Who registers needs an address that nobody has. */
const sampleOf = (field: string): string =>
  ({
    email: `${randomUUID()}@example.org`,
    password: 'four words nobody guesses',
    newPassword: 'four words nobody guesses',
    name: 'Eve',
    code: '000000',
  })[field] ?? 'x';

/** An attack on every field of every body and address of the door of accounts. */
export const authAttacks: readonly AuthAttack[] = Object.entries(authPaths).flatMap(
  ([path, { method, fields, optional = [], query = [] }]) =>
    [...fields, ...optional, ...query].map((attacked) => ({
      place: `${path}(${attacked})`,
      method,
      path,
      values: (text: string) => ({
        ...Object.fromEntries(fields.map((field) => [field, sampleOf(field)])),
        [attacked]: text,
      }),
    })),
);
