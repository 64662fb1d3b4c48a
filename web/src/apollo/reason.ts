import { CombinedGraphQLErrors } from '@apollo/client';

const WORDS: Readonly<Record<string, string>> = {
  FORBIDDEN: 'Your role does not allow this. Ask an owner or an admin of the organization.',
  UNAUTHENTICATED: 'You are signed out. Sign in, and try again.',
};

const has = (error: unknown, ...codes: string[]): boolean =>
  CombinedGraphQLErrors.is(error) &&
  error.errors.some(({ extensions }) => codes.includes(String(extensions?.['code'])));

/** Whether the API will say the same again, however often it is asked. */
export const isBadInput = (error: unknown): boolean => has(error, 'BAD_USER_INPUT', 'FORBIDDEN');

/** Whether who asks may not do that, or may no longer. */
export const isForbidden = (error: unknown): boolean => has(error, 'FORBIDDEN');

/** Whether the person works in another organization by now than the page shows. */
export const isOfAnother = (error: unknown): boolean =>
  CombinedGraphQLErrors.is(error) &&
  error.errors.some(({ extensions }) => extensions?.['reason'] === 'other_organization');

/** Whether nobody is signed in any more. */
export const isSignedOut = (error: unknown): boolean => has(error, 'UNAUTHENTICATED');

/** Why data did not come, as a sentence: the API's own words where it spoke, else that it did not. */
export function reasonOf(error: unknown): string {
  if (!CombinedGraphQLErrors.is(error)) return 'The Tidemark API does not answer.';
  const words = WORDS[String(error.errors[0]?.extensions?.['code'])];
  return words ?? `The API says: ${error.message.replace(/(?<![.\s])[.\s]+$/, '')}.`;
}
