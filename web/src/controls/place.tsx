import { useSyncExternalStore, type MouseEvent, type ReactNode } from 'react';
import { changeAddress, subscribeAddress } from './address.js';

/** The pages that there are. Whatever the address says besides `/projections` is the figures. */
export type Place = 'figures' | 'projections';

const PATHS: Record<Place, string> = { figures: '/', projections: '/projections' };

/** The page that the address names; changes with back and forward. */
export function usePlace(): Place {
  const path = useSyncExternalStore(subscribeAddress, () => window.location.pathname);
  return path.replace(/\/+$/, '') === PATHS.projections ? 'projections' : 'figures';
}

interface Props {
  readonly to: Place;
  readonly className: string;
  readonly label?: string;
  readonly children: ReactNode;
}

/** A link to another page: an ordinary one for a new tab or window, and without loading anything for this one. */
export function PlaceLink({ to, className, label, children }: Props) {
  const follow = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    changeAddress(PATHS[to], 'push');
    window.scrollTo(0, 0);
  };
  return (
    <a className={className} href={PATHS[to]} onClick={follow} aria-label={label} title={label}>
      {children}
    </a>
  );
}
