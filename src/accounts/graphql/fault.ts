import { APIError } from 'better-auth/api';
import { GraphQLError } from 'graphql';

import { nameFault } from '../names.js';
import { LAST_OWNER } from '../people.js';

const UNIQUE = '23505';

/** A refusal of the library, or of the database, in this product's codes; anything else as it is. */
export function asGraphqlError(error: unknown): unknown {
  if (error instanceof GraphQLError) return error;
  const { code } = error as { code?: unknown };
  if (code === LAST_OWNER)
    return fault('CONFLICT', 'An organization has at least one owner: make somebody else one first');
  if (code === UNIQUE) return fault('CONFLICT', 'There is one already');
  if (!(error instanceof APIError)) return error;
  const { statusCode, body } = error;
  const name = body?.code ?? '';
  const message = body?.message ?? 'This was refused';
  if (statusCode === 401) return fault('UNAUTHENTICATED', 'Sign in first');
  if (/NOT_FOUND/.test(name)) return fault('NOT_FOUND', message);
  if (/ALREADY|OWNER|LIMIT|MAXIMUM/.test(name)) return fault('CONFLICT', message);
  if (statusCode === 403) return fault('FORBIDDEN', message);
  return statusCode < 500 ? fault('BAD_USER_INPUT', message) : error;
}

export const fault = (code: string, message: string): GraphQLError =>
  new GraphQLError(message, { extensions: { code } });

/** @param retryAfter seconds */
export const tooMany = (retryAfter: number): GraphQLError =>
  new GraphQLError(`Too many tries; try again in ${retryAfter} seconds`, {
    extensions: { code: 'RATE_LIMITED', retryAfter },
  });

/** Without blanks at its ends. @throws GraphQLError */
export function checkName(field: string, name: string): string {
  const wrong = nameFault(name);
  if (wrong === undefined) return name.trim();
  throw fault('BAD_USER_INPUT', `${field} ${wrong}`);
}
