import { useCallback, useEffect, useMemo, useRef, useSyncExternalStore } from 'react';
import { useToday } from './clock.js';
import { parseView, rolledOver, viewToSearch, type View } from './view.js';

const listeners = new Set<() => void>();
const tell = () => listeners.forEach((listener) => listener());

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener('popstate', tell);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) window.removeEventListener('popstate', tell);
  };
}

/** `replace` keeps the history as it is, for changes that are not a step to go back over. */
export type SetView = (change: Partial<View>, how?: 'push' | 'replace') => void;

/** The view in the address and how to change it; back and forward work. */
export function useView(): { view: View; today: string; setView: SetView } {
  const today = useToday();
  const search = useSyncExternalStore(subscribe, () => window.location.search);
  const view = useMemo(() => parseView(search, today), [search, today]);

  const setView = useCallback<SetView>(
    (change, how = 'push') => {
      const next = viewToSearch({ ...parseView(window.location.search, today), ...change });
      if (next === window.location.search) return;
      window.history[how === 'push' ? 'pushState' : 'replaceState'](null, '', next);
      tell();
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
