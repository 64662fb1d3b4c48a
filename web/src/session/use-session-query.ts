import { useApolloClient } from '@apollo/client/react';
import { useEffect, useState } from 'react';
import { ignore } from '../apollo/use-retry.js';
import { useAsked } from '../apollo/use-asked.js';
import { SessionDocument } from '../gql/graphql.js';
import { onSessionDoubted } from './doubted.js';
import { showOrganization } from './shown-organization.js';
import { UNKNOWN, type Session, type Viewer } from './session.js';

/**
 * Who looks at the page: asked for at its start, when the API says that nobody is signed in any more or refuses something,
 * and when the reader comes back to it. Undefined until the first answer; UNKNOWN while the API is away.
 */
export function useSessionQuery(): Session | undefined {
  const client = useApolloClient();
  const { data, failure, again } = useAsked(SessionDocument, { fetchPolicy: 'network-only' });
  const accounts = data?.setUp.open === false;

  useEffect(() => {
    if (!accounts) return;
    const back = () => {
      if (document.visibilityState === 'visible') again();
    };
    const stopListening = onSessionDoubted(again);
    document.addEventListener('visibilitychange', back);
    return () => {
      stopListening();
      document.removeEventListener('visibilitychange', back);
    };
  }, [accounts, again]);

  const viewer = data?.viewer ?? undefined;
  const person = viewer?.id;
  useEffect(() => {
    // What somebody saw is nothing for whoever comes after the sign-out.
    if (person !== undefined) return () => void client.clearStore().catch(ignore);
  }, [client, person]);

  const another = useAnother(viewer);
  useEffect(() => {
    if (another) window.location.assign('/');
  }, [another]);

  const organization = viewer?.organization?.id;
  useEffect(() => {
    if (!another) showOrganization(organization);
  }, [another, organization]);

  if (data) return another ? undefined : { setUp: data.setUp, viewer };
  return failure ? UNKNOWN : undefined;
}

/**
 * Whether the viewer is not the one whom the page knew first, or works in another organization by now, as a change in
 * another tab makes it: what the page holds is not theirs.
 */
function useAnother(viewer: Viewer | undefined): boolean {
  const [first, setFirst] = useState<string>();
  if (viewer === undefined) return false;
  const now = `${viewer.id} ${viewer.organization?.id}`;
  if (first === undefined) setFirst(now);
  return first !== undefined && first !== now;
}
