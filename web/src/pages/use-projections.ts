import { useApolloClient, useQuery } from '@apollo/client/react';
import { useEffect, useState } from 'react';
import { useLive } from '../apollo/use-live.js';
import { ignore, useRetry, useUntilAnswered } from '../apollo/use-retry.js';
import {
  DeadLettersDocument,
  JobsDocument,
  JobsLiveDocument,
  LastVerificationDocument,
  ProjectionsDocument,
  ProjectionsLiveDocument,
} from '../gql/graphql.js';
import { LETTERS_AT_FIRST } from '../panels/projections/dead-letters.js';
import { endedOf, type Job } from '../panels/projections/jobs.js';
import { deadLettersOf } from '../panels/projections/model.js';

/** The page's list of generations: a query for the first answer, and a subscription that moves it. */
export function useProjections() {
  const client = useApolloClient();
  const { data, error, refetch } = useQuery(ProjectionsDocument, { fetchPolicy: 'cache-and-network' });
  useLive(ProjectionsLiveDocument, {
    onPush: ({ projectionsChanged: projections }) =>
      client.writeQuery({ query: ProjectionsDocument, data: { projections } }),
  });
  const retry = () => void refetch().catch(ignore);
  useRetry(error, retry);
  return {
    projections: data?.projections,
    retry,
    failure: useUntilAnswered(error, data !== undefined),
  };
}

/** What was ordered lately, moved by a subscription. */
export function useJobs(): readonly Job[] | undefined {
  const client = useApolloClient();
  const { data, error, refetch } = useQuery(JobsDocument, { fetchPolicy: 'cache-and-network' });
  useLive(JobsLiveDocument, {
    onPush: ({ jobsChanged: jobs }) => client.writeQuery({ query: JobsDocument, data: { jobs } }),
  });
  useRetry(error, () => void refetch().catch(ignore));
  return data?.jobs;
}

/** The open dead letters, asked for again whenever their number moved or an order about them has ended. */
export function useDeadLetters(
  projections: ReturnType<typeof useProjections>['projections'],
  jobs: readonly Job[] | undefined,
) {
  const [first, onFirst] = useState(LETTERS_AT_FIRST);
  const { data, previousData, error, refetch } = useQuery(DeadLettersDocument, {
    variables: { first },
    fetchPolicy: 'cache-and-network',
  });
  useRetry(error, () => void refetch().catch(ignore));
  const count = projections?.reduce((sum, projection) => sum + deadLettersOf(projection), 0);
  // One that failed again has another reason, and their number stays.
  useAgain(refetch, `${count} ${endedOf(jobs, 'retry_dead_letters', 'discard_dead_letters')}`);
  const letters = (data ?? previousData)?.deadLetters;
  return { letters, failed: error !== undefined && !letters, first, onFirst };
}

/** What the last verification came to, asked for again when one has ended, whoever ordered it. */
export function useLastVerification(jobs: readonly Job[] | undefined) {
  const { data, error, refetch } = useQuery(LastVerificationDocument, { fetchPolicy: 'cache-and-network' });
  useRetry(error, () => void refetch().catch(ignore));
  useAgain(refetch, endedOf(jobs, 'verify'));
  return { last: data && (data.verification[0] ?? null), failed: error !== undefined && !data };
}

/** Asks again whenever the sign is another one; what is skipped is never asked for. */
export function useAgain(refetch: () => Promise<unknown>, sign: string, skip = false): void {
  useEffect(() => {
    if (!skip) void refetch().catch(ignore);
  }, [refetch, sign, skip]);
}
