import { lazy, useEffect } from 'react';
import { changeAddress } from '../controls/address.js';
import { usePath } from '../controls/place.js';
import { doorTo, nextOf } from '../session/next.js';
import { SessionContext, type Session } from '../session/session.js';
import { useSessionQuery } from '../session/use-session-query.js';
import { App } from './app.js';
import { Loaded, Loading } from './loading.js';

// Who is signed in, or needs not be, does not load the code of the doors.
const Doors = lazy(() => import('../pages/doors/doors.js'));
const Shared = lazy(() => import('./share-place.js'));

const SHARED = /^\/share\/([^/]+)$/;
/** Pages in front of the dashboard. */
const DOORS = /^\/(sign-in|register|forgot|reset|verify|invitation\/[^/]+)$/;
/** Of these, the ones that are of no use to who is in already. */
const WAYS_IN = /^\/(sign-in|register)$/;

/** The dashboard for whoever may see it, and the ways to become one who may. */
export function Entrance() {
  const shared = SHARED.exec(usePath())?.[1];
  if (shared === undefined) return <Guarded />;
  return (
    <Loaded>
      <Shared token={shared} />
    </Loaded>
  );
}

function Guarded() {
  const session = useSessionQuery();
  if (!session) return <Loading />;
  return (
    <SessionContext value={session}>
      <Way session={session} />
    </SessionContext>
  );
}

function Way({ session: { setUp, viewer } }: { session: Session }) {
  const path = usePath();
  const guarded = setUp?.open === false;
  const door = guarded && DOORS.test(path);
  const elsewhere = !guarded
    ? undefined
    : viewer
      ? WAYS_IN.test(path)
        ? nextOf(window.location.search)
        : undefined
      : setUp.firstOwner && path !== '/register'
        ? '/register'
        : door
          ? undefined
          : doorTo('/sign-in', `${path || '/'}${window.location.search}`);
  useEffect(() => {
    if (elsewhere !== undefined) changeAddress(elsewhere, 'replace');
  }, [elsewhere]);
  if (elsewhere !== undefined) return <Loading />;
  if (!door) return <App />;
  return (
    <Loaded>
      <Doors path={path} />
    </Loaded>
  );
}
