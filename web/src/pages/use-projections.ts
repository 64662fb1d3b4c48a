import { useApolloClient } from '@apollo/client/react';
import { useEffect, useState } from 'react';
import { useAsked } from '../apollo/use-asked.js';
import { useLive } from '../apollo/use-live.js';
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
  const { data, failure, again } = useAsked(ProjectionsDocument, { fetchPolicy: 'cache-and-network' });
  useLive(ProjectionsLiveDocument, {
    onPush: ({ projectionsChanged: projections }) =>
      client.writeQuery({ query: ProjectionsDocument, data: { projections } }),
  });
  return { projections: data?.projections, retry: again, failure };
}

/** What was ordered lately, moved by a subscription. */
export function useJobs(): readonly Job[] | undefined {
  const client = useApolloClient();
  const { data } = useAsked(JobsDocument, { fetchPolicy: 'cache-and-network' });
  useLive(JobsLiveDocument, {
    onPush: ({ jobsChanged: jobs }) => client.writeQuery({ query: JobsDocument, data: { jobs } }),
  });
  return data?.jobs;
}

/** The open dead letters, asked for again whenever their number moved or an order about them has ended. */
export function useDeadLetters(
  projections: ReturnType<typeof useProjections>['projections'],
  jobs: readonly Job[] | undefined,
) {
  const [first, onFirst] = useState(LETTERS_AT_FIRST);
  const { data, previousData, failure, again } = useAsked(DeadLettersDocument, {
    variables: { first },
    fetchPolicy: 'cache-and-network',
  });
  const count = projections?.reduce((sum, projection) => sum + deadLettersOf(projection), 0);
  // One that failed again has another reason, and their number stays.
  useAgain(again, `${count} ${endedOf(jobs, 'retry_dead_letters', 'discard_dead_letters')}`);
  const letters = (data ?? previousData)?.deadLetters;
  return { letters, failed: failure !== undefined && !letters, first, onFirst };
}

/** What the last verification came to, asked for again when one has ended, whoever ordered it. */
export function useLastVerification(jobs: readonly Job[] | undefined) {
  const { data, failure, again } = useAsked(LastVerificationDocument, { fetchPolicy: 'cache-and-network' });
  useAgain(again, endedOf(jobs, 'verify'));
  return { last: data && (data.verification[0] ?? null), failed: failure !== undefined && !data };
}

/** Asks again whenever the sign is another one; what is skipped is never asked for. */
export function useAgain(again: () => void, sign: string, skip = false): void {
  useEffect(() => {
    if (!skip) again();
  }, [again, sign, skip]);
}
