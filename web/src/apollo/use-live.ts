import type { ErrorLike, OperationVariables, TypedDocumentNode } from '@apollo/client';
import { skipToken, useSubscription } from '@apollo/client/react';
import { useEffect, useState } from 'react';
import { isBadInput } from './reason.js';

const RESTART_AFTER_MS = 2_000;

interface Options<Data, Variables> {
  readonly variables?: Variables;
  /** Nothing is subscribed to yet. */
  readonly skip?: boolean;
  /** What is pushed is in the cache too. */
  readonly onPush?: (pushed: Data) => void;
}

/**
 * A subscription that is there for as long as the page wants it: one that ended, with an error or without, is started
 * again after a while, unless it asked for what cannot be. The socket's own losses are retried by the socket.
 *
 * @returns what went wrong, until something is pushed
 */
export function useLive<Data, Variables extends OperationVariables>(
  document: TypedDocumentNode<Data, Variables>,
  { variables, skip = false, onPush }: Options<Data, Variables>,
): ErrorLike | undefined {
  const [failure, setFailure] = useState<ErrorLike>();
  const [over, setOver] = useState(false);
  const { restart } = useSubscription<Data, OperationVariables>(
    document,
    skip
      ? skipToken
      : {
          ...(variables && { variables }),
          // The page is not drawn anew for each push. The hook's own `error` is never set then.
          ignoreResults: true,
          onData: ({ data: { data: pushed } }) => {
            setFailure(undefined);
            setOver(false);
            if (pushed) onPush?.(pushed);
          },
          onError: (error) => {
            setFailure(error);
            setOver(true);
          },
          onComplete: () => setOver(true),
        },
  );
  const again = over && !skip && !isBadInput(failure);
  useEffect(() => {
    if (!again) return;
    const timer = setTimeout(() => {
      setOver(false);
      restart();
    }, RESTART_AFTER_MS);
    return () => clearTimeout(timer);
  }, [again, restart]);
  return failure;
}
