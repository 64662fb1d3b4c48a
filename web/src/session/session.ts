import { createContext, use } from 'react';
import type { SessionQuery } from '../gql/graphql.js';

export type SetUp = SessionQuery['setUp'];
export type Viewer = NonNullable<SessionQuery['viewer']>;

/** Who looks at the page, and what the installation allows. */
export interface Session {
  /** Undefined while the API has not said it. */
  readonly setUp: SetUp | undefined;
  /** Undefined: nobody has signed in, or nobody needs to. */
  readonly viewer: Viewer | undefined;
  /** By a link that shows one site, to look at. */
  readonly shared?: true;
}

export const UNKNOWN: Session = { setUp: undefined, viewer: undefined };
export const SHARED: Session = { ...UNKNOWN, shared: true };
export const SessionContext = createContext<Session>(UNKNOWN);

export const useSession = (): Session => use(SessionContext);

/** Of whoever is signed in; only below pages that nobody else sees. */
export function useViewer(): Viewer {
  const { viewer } = useSession();
  if (viewer === undefined) throw new Error('nobody is signed in');
  return viewer;
}

/**
 * Whether the page offers something. The API decides it again whenever something is done; without accounts, and while it
 * is not known whether there are any, everything is offered.
 */
export function useMay(): (permission: string) => boolean {
  const { viewer, shared } = useSession();
  return (permission) => {
    if (shared) return permission === 'figures.read';
    return viewer === undefined || viewer.permissions.includes(permission);
  };
}
