import { useApolloClient, useQuery } from '@apollo/client/react';
import { useEffect } from 'react';
import { ignore, useRetry } from '../apollo/use-retry.js';
import { SessionDocument } from '../gql/graphql.js';
import { onSessionEnded } from './ended.js';
import { UNKNOWN, type Session } from './session.js';

/**
 * Who looks at the page: asked for at its start, when the API says that nobody is signed in any more, and when the reader
 * comes back to it. Undefined until the first answer; UNKNOWN while the API is away.
 */
export function useSessionQuery(): Session | undefined {
  const client = useApolloClient();
  const { data, error, refetch } = useQuery(SessionDocument, { fetchPolicy: 'network-only' });
  useRetry(error, () => void refetch().catch(ignore));
  const accounts = data?.setUp.open === false;

  useEffect(() => {
    if (!accounts) return;
    const askAgain = () => void refetch().catch(ignore);
    const back = () => {
      if (document.visibilityState === 'visible') askAgain();
    };
    const stopListening = onSessionEnded(askAgain);
    document.addEventListener('visibilitychange', back);
    return () => {
      stopListening();
      document.removeEventListener('visibilitychange', back);
    };
  }, [accounts, refetch]);

  const person = data?.viewer?.id;
  useEffect(() => {
    // What one person saw is nothing for the next one.
    if (person !== undefined) return () => void client.clearStore().catch(ignore);
  }, [client, person]);

  if (data) return { setUp: data.setUp, viewer: data.viewer ?? undefined };
  return error ? UNKNOWN : undefined;
}
