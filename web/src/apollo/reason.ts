import { CombinedGraphQLErrors } from '@apollo/client';

/** Whether the API will say the same again, however often it is asked. */
export function isBadInput(error: unknown): boolean {
  return (
    CombinedGraphQLErrors.is(error) &&
    error.errors.some(({ extensions }) => extensions?.['code'] === 'BAD_USER_INPUT')
  );
}

/** Why data did not come, as a sentence: the API's own words where it spoke, else that it did not. */
export function reasonOf(error: unknown): string {
  if (CombinedGraphQLErrors.is(error))
    return `The API says: ${error.message.replace(/(?<![.\s])[.\s]+$/, '')}.`;
  return 'The Tidemark API does not answer.';
}
