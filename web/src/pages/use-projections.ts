import { useApolloClient, useQuery, useSubscription } from '@apollo/client/react';
import { useEffect, useState } from 'react';
import { ignore, useRestart, useRetry, useUntilAnswered } from '../apollo/use-retry.js';
import {
  DeadLettersDocument,
  LastVerificationDocument,
  ProjectionsDocument,
  ProjectionsLiveDocument,
} from '../gql/graphql.js';
import { LETTERS_AT_FIRST } from '../panels/projections/dead-letters.js';
import { deadLettersOf } from '../panels/projections/model.js';

/** The page's list of generations: a query for the first answer, and a subscription that moves it. */
export function useProjections() {
  const client = useApolloClient();
  const { data, error, refetch } = useQuery(ProjectionsDocument, { fetchPolicy: 'cache-and-network' });
  const live = useSubscription(ProjectionsLiveDocument, {
    ignoreResults: true,
    onData: ({ data: { data: pushed } }) => {
      if (!pushed) return;
      client.writeQuery({ query: ProjectionsDocument, data: { projections: pushed.projectionsChanged } });
    },
  });
  useRestart(live);
  const retry = () => void refetch().catch(ignore);
  useRetry(error, retry);
  return {
    projections: data?.projections,
    retry,
    failure: useUntilAnswered(error, data !== undefined),
  };
}

/** The open dead letters, asked for again whenever their number moved. */
export function useDeadLetters(projections: ReturnType<typeof useProjections>['projections']) {
  const [first, onFirst] = useState(LETTERS_AT_FIRST);
  const { data, previousData, error, refetch } = useQuery(DeadLettersDocument, {
    variables: { first },
    fetchPolicy: 'cache-and-network',
  });
  useRetry(error, () => void refetch().catch(ignore));
  const count = projections?.reduce((sum, projection) => sum + deadLettersOf(projection), 0);
  useEffect(() => {
    if (count !== undefined) void refetch().catch(ignore);
  }, [count, refetch]);
  const letters = (data ?? previousData)?.deadLetters;
  return { letters, failed: error !== undefined && !letters, first, onFirst };
}

/** What the last verification came to; the end of one that was ordered here has it asked for again. */
export function useLastVerification() {
  const { data, error, refetch } = useQuery(LastVerificationDocument, { fetchPolicy: 'cache-and-network' });
  useRetry(error, () => void refetch().catch(ignore));
  return { last: data && (data.verification[0] ?? null), failed: error !== undefined && !data };
}
