import { useSyncExternalStore, type MouseEvent, type ReactNode } from 'react';
import { changeAddress, subscribeAddress } from './address.js';

/** The pages that there are. Whatever else the address says is the figures. */
export type Place = 'figures' | 'events' | 'settings' | 'projections' | OwnPlace;
/** Pages about the people and what is theirs: there are none of them without accounts. */
export type OwnPlace = 'account' | 'organization' | 'projects';

const PATHS: Record<Place, string> = {
  figures: '/',
  events: '/events',
  settings: '/settings',
  projections: '/projections',
  account: '/account',
  organization: '/organization',
  projects: '/projects',
};

const PLACES = Object.keys(PATHS) as Place[];

/** The path of the address without a slash at its end; changes with back and forward. */
export function usePath(): string {
  return useSyncExternalStore(subscribeAddress, () => window.location.pathname.replace(/(?<!\/)\/+$/, ''));
}

/** The page that the address names. */
export function usePlace(): Place {
  const path = usePath();
  return PLACES.find((place) => PATHS[place] === path) ?? 'figures';
}

interface Props {
  readonly to: Place;
  /** That the page is to be about; the one seen last where it is left out. */
  readonly site?: string | undefined;
  readonly className: string;
  readonly label?: string;
  readonly children: ReactNode;
}

/** A link to another page: an ordinary one for a new tab or window, and without loading anything for this one. */
export function PlaceLink({ to, site, className, label, children }: Props) {
  const address = site === undefined ? PATHS[to] : `${PATHS[to]}?site=${encodeURIComponent(site)}`;
  const follow = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    changeAddress(address, 'push');
    window.scrollTo(0, 0);
  };
  return (
    <a className={className} href={address} onClick={follow} aria-label={label} title={label}>
      {children}
    </a>
  );
}
