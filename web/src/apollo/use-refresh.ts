import { useApolloClient } from '@apollo/client/react';
import { useCallback } from 'react';
import { ignore } from './use-retry.js';

/** Asks again for all that the page shows: one change may move several of its parts. */
export function useRefresh(): () => Promise<unknown> {
  const client = useApolloClient();
  return useCallback(() => client.refetchQueries({ include: 'active' }).catch(ignore), [client]);
}
