import { useState } from 'react';
import { useAttempt } from '../apollo/use-attempt.js';

const AT_FIRST = 10;
const A_PAGE = 50;
/** To be asked for at the head of a trail: one more says whether there are more. */
export const HEAD = AT_FIRST + 1;

interface Trail<Change> {
  /** Newest first; undefined until they are there. */
  readonly changes: readonly Change[] | undefined;
  readonly idOf: (change: Change) => unknown;
  /** Asks for those before one. */
  readonly ask: (last: Change, first: number) => Promise<readonly Change[] | undefined>;
}

/** A trail as far as it was read. The last one that is known is held back while nobody knows whether it is the first of all. */
export function useEarlier<Change>({ changes, idOf, ask }: Trail<Change>) {
  const [firstOfAll, setFirstOfAll] = useState<unknown>();
  const { fault, busy, attempt } = useAttempt();
  const last = changes?.at(-1);
  const more =
    changes !== undefined && last !== undefined && changes.length >= HEAD && idOf(last) !== firstOfAll;
  if (!more) return { shown: changes, earlier: undefined };
  const read = async () => {
    const come = (await ask(last, A_PAGE)) ?? [];
    if (come.length < A_PAGE) setFirstOfAll(idOf(come.at(-1) ?? last));
  };
  // Not disabled meanwhile: that would take the focus away.
  const show = () => void (busy || attempt(read));
  return { shown: changes.slice(0, -1), earlier: { show, fault } };
}

/** The way to what a trail does not show yet; undefined where it shows all. */
export type Earlier = ReturnType<typeof useEarlier>['earlier'];
