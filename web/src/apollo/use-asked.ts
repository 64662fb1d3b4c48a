import type { OperationVariables, TypedDocumentNode } from '@apollo/client';
import { useQuery } from '@apollo/client/react';
import { useCallback } from 'react';
import { isSignedOut } from './reason.js';
import { ignore, useRetry, useUntilAnswered } from './use-retry.js';

/**
 * A query that is asked again for as long as it fails. What went wrong stands until an answer is there. Who is signed out
 * is told the same every time: that is not asked again.
 */
export function useAsked<Data, Variables extends OperationVariables>(
  document: TypedDocumentNode<Data, Variables>,
  options?: useQuery.Options<Data, Variables>,
) {
  const { data, previousData, error, loading, refetch, fetchMore, startPolling, stopPolling } = useQuery<
    Data,
    OperationVariables
  >(document, options as useQuery.Options<Data>);
  const again = useCallback(() => void refetch().catch(ignore), [refetch]);
  useRetry(isSignedOut(error) ? undefined : error, again);
  const failure = useUntilAnswered(error, data !== undefined && !loading);
  return { data, previousData, failure, again, fetchMore, startPolling, stopPolling };
}
