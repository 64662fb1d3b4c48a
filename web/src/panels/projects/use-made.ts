import { useApolloClient } from '@apollo/client/react';
import { useCallback } from 'react';
import { ask } from '../../apollo/ask.js';
import { ignore } from '../../apollo/use-retry.js';
import { ProjectsWithDocument } from '../../gql/graphql.js';

/** Of a mutation. */
interface Answer<Done> {
  readonly data?: { readonly done: Done } | null | undefined;
}

/**
 * Makes a change of the projects, and waits until the lists have it: it is in the answers a moment after it was accepted.
 * Where that takes longer, the page hears of it later.
 */
export function useMade() {
  const client = useApolloClient();
  return useCallback(
    async <Done extends { readonly receipt: string }>(change: () => Promise<Answer<Done>>) => {
      const { data } = await ask(change);
      if (!data) return undefined;
      const variables = { receipt: data.done.receipt };
      await client
        .query({ query: ProjectsWithDocument, variables, fetchPolicy: 'network-only' })
        .catch(ignore);
      return data.done;
    },
    [client],
  );
}
