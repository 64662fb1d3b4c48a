import { useCallback, useEffect, useMemo, useRef, useSyncExternalStore } from 'react';
import { changeAddress, subscribeAddress, type HowToChange } from './address.js';
import { useToday } from './clock.js';
import { parseView, rolledOver, viewToSearch, type View } from './view.js';

/** `replace` keeps the history as it is, for changes that are not a step to go back over. */
export type SetView = (change: Partial<View>, how?: HowToChange) => void;

/** The site that the address names, if any. */
export function useNamedSite(): string | undefined {
  const search = useSyncExternalStore(subscribeAddress, () => window.location.search);
  return new URLSearchParams(search).get('site') || undefined;
}

/** The view in the address and how to change it; back and forward work. Today is the zone's. */
export function useView(timeZone: string): { view: View; today: string; setView: SetView } {
  const today = useToday(timeZone);
  const search = useSyncExternalStore(subscribeAddress, () => window.location.search);
  const view = useMemo(() => parseView(search, today), [search, today]);

  const setView = useCallback<SetView>(
    (change, how = 'push') => {
      const next = viewToSearch({ ...parseView(window.location.search, today), ...change });
      if (next !== window.location.search) changeAddress(next, how);
    },
    [today],
  );

  const before = useRef(today);
  useEffect(() => {
    const range = rolledOver(view.range, before.current, today);
    before.current = today;
    if (range !== view.range) setView({ range }, 'replace');
  }, [today, view.range, setView]);

  return { view, today, setView };
}
