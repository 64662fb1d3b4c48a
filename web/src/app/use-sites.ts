import { useApolloClient, useQuery } from '@apollo/client/react';
import { useEffect } from 'react';
import { connection, useConnection } from '../apollo/connection.js';
import { useLive } from '../apollo/use-live.js';
import { SitesDocument, SitesLiveDocument } from '../gql/graphql.js';

/** The sites, kept current by a subscription: that is how the first-run page notices the first event. */
export function useSites() {
  const client = useApolloClient();
  const { data, error, loading, refetch } = useQuery(SitesDocument);
  useLive(SitesLiveDocument, {
    onPush: ({ sitesChanged: sites }) => client.writeQuery({ query: SitesDocument, data: { sites } }),
  });

  const { state } = useConnection();
  const failed = error !== undefined && data === undefined;
  useEffect(() => {
    if (state === 'live' && failed) void refetch().catch(() => undefined);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- only the return of the connection is a reason
  }, [state]);

  const retry = () => {
    connection.retryNow();
    void refetch().catch(() => undefined);
  };
  return { sites: data?.sites, error: failed ? error : undefined, loading, retry };
}
