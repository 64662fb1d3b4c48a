import { useApolloClient } from '@apollo/client/react';
import { connection } from '../apollo/connection.js';
import { useAsked } from '../apollo/use-asked.js';
import { useLive } from '../apollo/use-live.js';
import { type ListedSiteFragment, SitesDocument, SitesLiveDocument } from '../gql/graphql.js';

/** The sites, kept current by a subscription: that is how the first-run page notices the first event. */
export function useSites() {
  const client = useApolloClient();
  const { data, failure, again } = useAsked(SitesDocument);
  useLive(SitesLiveDocument, {
    onPush: ({ sitesChanged: sites }) => {
      const is = new Set(sites.map(({ id }) => id));
      const gone = ({ id }: ListedSiteFragment) => !is.has(id);
      const before = client.readQuery({ query: SitesDocument });
      if (before)
        client.writeQuery({
          query: SitesDocument,
          data: { sites, archived: before.archived.filter(gone) },
        });
      // Archived ones are not pushed: one that is missing may be one of them by now.
      if (before?.sites.some(gone)) again();
    },
  });
  const retry = () => {
    connection.retryNow();
    again();
  };
  return { sites: data?.sites, archived: data?.archived, error: data ? undefined : failure, retry };
}
